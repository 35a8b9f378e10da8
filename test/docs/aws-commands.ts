import { commandsInPages } from './commands-in-pages.ts';

process.stdout.write(JSON.stringify(commandsInPages('aws')));
