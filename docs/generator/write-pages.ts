import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationPage } from './configuration-page.ts';
import { monitoringPage } from './monitoring-page.ts';
import { tablesPage } from './tables-page.ts';
import { viewsPage } from './views-page.ts';

writeFileSync(join('docs', 'tables.md'), tablesPage());
writeFileSync(join('docs', 'monitoring.md'), monitoringPage());
writeFileSync(join('docs', 'views.md'), viewsPage());
writeFileSync(join('docs', 'configuration.md'), configurationPage());
