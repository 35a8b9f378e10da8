/** A bundle is no longer called `.ts`. */
const isInstalled = !import.meta.url.endsWith('.ts');

const installedName =
  process.env.npm_lifecycle_event === 'npx' ? 'npx agent-activity-lake' : 'activity';

/** What a person types before a command of ours: in a clone, installed, or by `npx` without installing. */
export const typed = isInstalled ? installedName : 'npm run activity --';

/** What makes the demonstration; options follow after a blank. */
export const typedDemo = isInstalled ? `${typed} demo` : 'npm start --';
