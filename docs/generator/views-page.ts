import { accountOffsets } from '../../shared/views/account-offsets.ts';
import { activityGroups } from '../../shared/views/activity-groups.ts';
import { schedule } from '../../shared/views/schedule.ts';
import type { View } from '../../shared/views/view.ts';
import { views } from '../../shared/views/views.ts';

/** The page `docs/views.md`, made from the definitions that stand beside the views. */
export function viewsPage(): string {
  return [
    '# Views for analysts',
    '',
    'Made from `shared/views/` by `npm run docs`; a test keeps the two the same. How to use them: [analysts.md](analysts.md).',
    'The text of a view is `sql/views/<name>.sql`, the same in Athena and DuckDB. Times are UTC unless the column says local; all lengths are whole seconds.',
    '',
    ...views.flatMap(section),
    '# What they read',
    '',
    'Beside [`agent_stay`](tables.md#agent_stay), the table that all of them stand on, and the names of `agents`:',
    '',
    ...[activityGroups, accountOffsets, schedule].flatMap(section),
  ].join('\n');
}

function section({ name, row, columns }: View): string[] {
  return [
    `## ${name}`,
    '',
    row,
    '',
    '| Column | Type | Meaning | Null | Example |',
    '|---|---|---|---|---|',
    ...columns.map(
      ({ name, type, meaning, whenNull, example }) =>
        `| \`${name}\` | ${type} | ${meaning} | ${whenNull ?? 'Never.'} | \`${example}\` |`,
    ),
    '',
  ];
}
