import { readFileSync } from 'node:fs';
import { furtherTexts } from '../../infra/alarm-texts.ts';
import { savedQueries } from '../../infra/saved-queries.ts';
import { alarmRules, LOSS, runbookAnchor, runbookOf } from '../../shared/alarms.ts';

const page = readFileSync('docs/runbook.md', 'utf8');
const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading);
const sections = page.split(/^## .+$/m).slice(1);

describe('docs/runbook.md', () => {
  it('has a section for each alarm, one for what no alarm tells, and no other', () => {
    const titles = [...Object.values(alarmRules), ...Object.values(furtherTexts)].map(
      ({ title }) => title,
    );
    expect([...headings].sort()).toEqual([...titles, LOSS].sort());
  });

  it('says in each what it means, how to look, what to do, and how to know that it is over', () => {
    for (const section of sections) {
      for (const part of ['It means', 'Look', 'Do', 'Over'])
        expect(section).toContain(`**${part}**`);
    }
  });

  it('has the section that a failed run names', () => {
    const classes = readFileSync('shared/errors.ts', 'utf8').matchAll(/class (\w+Error)/g);
    for (const [, name = ''] of classes) {
      expect(headings.map(runbookAnchor)).toContain(runbookOf(name));
    }
  });

  it('has the section that says how evidence is put back', () => {
    const [, named = ''] =
      /docs\/runbook\.md#([\w-]+)/.exec(readFileSync('shared/lake/landing.ts', 'utf8')) ?? [];
    const subheadings = [...page.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading);
    expect(subheadings.map(runbookAnchor)).toContain(named);
  });

  it.each(['runbook', 'audit'])('docs/%s.md names saved queries as they are called', (name) => {
    const titles = (['audit', 'logs-insights'] as const).flatMap((folder) =>
      savedQueries(folder).map(({ title }) => title),
    );
    const text = readFileSync(`docs/${name}.md`, 'utf8').replace(/\s+/g, ' ');
    for (const [, named] of text.matchAll(/saved quer(?:y|ies) "([^"]+)"/g)) {
      expect(titles).toContain(named);
    }
  });
});
