/** What `agent-activity-lake/cdk` exports, for apps of others. */
export { ActivityLake, ActivityLakeStack } from './activity-lake.ts';
export type { ActivityLakeProps } from './settings.ts';
