import { tables } from '../lake/tables.ts';
import { views } from './views.ts';

/** For who asks for what is not there. */
export const whatThereIs = `There are the views ${views.map(({ name }) => name).join(', ')} and the tables ${tables.map(({ name }) => name).join(', ')}.`;
