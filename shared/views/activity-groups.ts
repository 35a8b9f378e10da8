import { type ActivityGroup, groupsOf } from '../activity/activity-groups.ts';
import { own } from './columns.ts';
import { sqlText, valuesView } from './values.ts';
import type { View } from './view.ts';

export const activityGroups: View = {
  name: 'activity_groups',
  row: 'What a status counts as in an account. Made from the setting activityGroups and the defaults.',
  columns: [
    own('account_id', 'string', 'The SmartAssist account.', '63fb9a0f'),
    own('activity', 'string', 'The status, in lower case.', 'away'),
    own('reason_code', 'string', 'The one reason it is about.', '1', 'Whatever the reason.'),
    own('activity_group', 'string', 'What it counts as.', 'break'),
    own('label', 'string', 'What the reason means.', 'Coffee', 'None is set.'),
  ],
};

/** The text of the view. Joined when a query runs, so that a changed group holds for all of the history. */
export function activityGroupsSql(
  accounts: readonly { readonly id: string; readonly activityGroups: readonly ActivityGroup[] }[],
): string {
  return valuesView(
    activityGroups,
    accounts.map(({ id, activityGroups: own }) => ({
      accountId: id,
      rows: groupsOf(own).map(({ activity, reasonCode, group, label }) =>
        [activity, reasonCode, group, label].map(sqlText),
      ),
    })),
  );
}
