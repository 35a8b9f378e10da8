/** All that the tests of a file wrote, or that a process wrote which they started. */
export const written: string[] = [];

/** Adds the output of a process to what is looked through for secrets when the file ends. */
export function lookThrough(output: string): void {
  written.push(output);
}
