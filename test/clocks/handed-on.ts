/**
 * What of this process's environment shifts its clock (libfaketime's variables, the zone): for a process
 * that is started with an environment of its own, and would otherwise run by another time.
 */
export const clockHandedOn: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && /^(LD_PRELOAD|FAKETIME.*|TZ)$/.test(entry[0]),
  ),
);
