/** What the time of a run goes into, and what each step is: in its record, its log line and `etl_runs`. */
export const runSteps = {
  plan: 'Reading the checkpoint, to know what is to be read.',
  wait: 'Taking places in the request budget, and waiting for them.',
  request: 'Asking the source: tokens, answers, retries and the waits between them.',
  land: 'Keeping the answers as they came.',
  parse: 'Reading rows out of the answers; of a replay, out of those that were kept.',
  merge: 'Merging rows into their blocks.',
  advance: 'Moving the cursor over what is durable; of a check, comparing it with what is stored.',
  derive: 'Making the stays of days anew that changed.',
} as const;

export type RunStep = keyof typeof runSteps;

export const stepNames = Object.keys(runSteps) as readonly RunStep[];

/** Milliseconds of one run alone. What it did beside these steps is in none of them. */
export type StepTimes = { -readonly [step in RunStep]: number };
