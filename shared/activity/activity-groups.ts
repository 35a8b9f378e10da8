/** What statuses are counted as. All but `offline` are staffed. */
export const GROUPS = [
  'available',
  'busy',
  'after_call',
  'break',
  'other_work',
  'system',
  'offline',
  'other',
] as const;

export type Group = (typeof GROUPS)[number];

/** What a status is counted as, whatever its reason or for one reason alone. */
export interface ActivityGroup {
  /** Case does not matter. */
  readonly activity: string;
  readonly reasonCode?: string | undefined;
  readonly group: Group;
  /** What the reason code means, in people's words. */
  readonly label?: string | undefined;
}

/** The statuses that Kore.ai has, documents or shows, and the usual names for some that accounts add. */
const BY_DEFAULT: Readonly<Record<Exclude<Group, 'other'>, readonly string[]>> = {
  available: ['available'],
  busy: ['busy', 'system busy'],
  after_call: ['after call work', 'acw', 'wrap up'],
  break: ['away', 'break', 'lunch', 'notready'],
  other_work: ['training', 'meeting', 'login prep'],
  system: ['system away', 'away (idle)'],
  offline: ['offline'],
};

const defaults: readonly ActivityGroup[] = Object.entries(BY_DEFAULT).flatMap(
  ([group, activities]) => activities.map((activity) => ({ activity, group: group as Group })),
);

/**
 * The groups of an account, activities in lower case: its own, and by default those of Kore.ai's statuses.
 * What has none counts as `other`.
 */
export function groupsOf(own: readonly ActivityGroup[]): readonly ActivityGroup[] {
  const lowered = own.map((entry) => ({ ...entry, activity: lowerCase(entry.activity) }));
  const given = new Set(lowered.map(statusOf));
  return [...defaults.filter((entry) => !given.has(statusOf(entry))), ...lowered];
}

/** The first entry that names what an earlier one names. */
export function namedTwice(entries: readonly ActivityGroup[]): ActivityGroup | undefined {
  const seen = new Set<string>();
  return entries.find((entry) => seen.size === seen.add(statusOf(entry)).size);
}

function statusOf({ activity, reasonCode }: ActivityGroup): string {
  return JSON.stringify([lowerCase(activity), reasonCode]);
}

/** As SQL's `lower` has it: each letter by itself, and as one letter. JavaScript's own knows context. */
function lowerCase(text: string): string {
  return [...text].map((letter) => [...letter.toLowerCase()][0]).join('');
}
