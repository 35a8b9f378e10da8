import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { reportTemplate } from '../../cli/commands/report/files.ts';
import { clockLength, length, percent, tenth } from '../../report-page/browser/numbers.ts';
import { askReport } from '../../shared/report/ask-report.ts';
import { reportData } from '../../shared/report/report-data.ts';
import { reportPage } from '../../shared/report/report-page.ts';
import { NAUGHTY_NAME, type ReportedCentre, reportedCentre } from '../shared/report/report-lake.ts';
import { type Opened, openFile, startBrowser } from './browser.ts';
import { crowdedDay } from './crowded-day.ts';

/*
 * The report page in a real browser, what it shows compared with SQL over the views. `npm run test:page`.
 */

/** Clocks go forward on 2026-03-08: a week before, they showed another offset. */
const DAY = '2026-03-11';
const TODAY = '2026-03-12';
const OFFSET_MS = -4 * 3_600_000;
const FIRST = '2026-03-03';
const QUIET = '2026-02-01';
const MADE_AT = Date.parse('2026-03-12T20:44:10Z');

const STAFFED = ['available', 'busy', 'after_call', 'break', 'other_work', 'system', 'other'];
const NAMES: Readonly<Record<string, string>> = {
  ...{ available: 'Available', busy: 'Busy', after_call: 'After call', break: 'Break' },
  ...{ other_work: 'Other work', system: 'System', other: 'No group', offline: 'Offline' },
};

let centre: ReportedCentre;
let browser: Browser;
let folder: string;
const files: Record<string, string> = {};
let opened: Opened;

beforeAll(async () => {
  browser = await startBrowser();
  folder = mkdtempSync(path.join(tmpdir(), 'report-page-'));
  centre = await reportedCentre({
    agents: 12,
    known: {
      fromMs: Date.parse('2026-03-03T05:00:00Z'),
      toMs: Date.parse('2026-03-12T20:07:00Z'),
    },
    reportTimeZone: 'America/New_York',
    plannedDays: [DAY],
    checked: { '2026-03-10': false, '2026-03-11': true, '2026-03-12': true },
  });
  const template = await reportTemplate();
  const write = (name: string, page: string) => {
    files[name] = path.join(folder, `${name}.html`);
    writeFileSync(files[name], page);
  };
  for (const day of [FIRST, DAY, TODAY, QUIET]) {
    const rows = await askReport(centre.asking, centre.accountId, day);
    const beside = (other: string) => (other === TODAY ? `${TODAY}.html` : null);
    write(day, reportPage(template, reportData(rows, centre.accountId, day, MADE_AT, beside)));
  }
  write('crowded', reportPage(template, crowdedDay({ agents: 1_000, stays: 100 })));
});

afterAll(async () => {
  centre?.lake.close();
  await browser?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

const open = async (name: string, options: Parameters<typeof openFile>[2] = {}) => {
  opened = await openFile(browser, files[name] ?? '', options);
  return opened.page;
};

afterEach(async () => {
  await opened.page.close();
  expect(opened.complaints).toEqual([]);
});

/** Rows of SQL over the views, about the day of the report. */
const sql = (text: string, day = DAY) =>
  centre.lake.rows(
    text.replace('$here', `account_id = '${centre.accountId}' AND day = DATE '${day}'`),
  );

const local = (utc: unknown, until = 19) =>
  utc === null
    ? '–'
    : new Date(Date.parse(`${String(utc).replace(' ', 'T')}Z`) + OFFSET_MS)
        .toISOString()
        .slice(11, until);

/** The texts of a table's body, row by row. */
const cells = (of: string) =>
  opened.page
    .locator(`${of} tbody tr`)
    .evaluateAll((rows) =>
      rows.map((row) => [...row.children].map((cell) => (cell as HTMLElement).innerText.trim())),
    );

const FIGURES = `SELECT CAST(count(CASE WHEN staffed_seconds > 0 THEN 1 END) AS integer) AS seen,
  CAST(sum(staffed_seconds) AS bigint) AS staffed, CAST(sum(break_seconds) AS bigint) AS breaks,
  CAST(count(CASE WHEN ran_out THEN 1 END) AS integer) AS ran_out
  FROM agent_day WHERE $here`;
const PEAK = `SELECT interval_start, agents_peak FROM staffing_interval WHERE $here AND is_total
  ORDER BY agents_peak DESC, interval_start LIMIT 1`;

describe('what the page shows', () => {
  it('is the day, how far it is known, and whether it is complete', async () => {
    const page = await open(DAY);
    expect(await page.title()).toBe(`Agent activity of acme on ${DAY}`);
    expect(await page.locator('h1').innerText()).toBe('Wednesday 11 March 2026');
    expect(await page.locator('.known').innerText()).toBe('The whole day is known');
    expect(await page.locator('.badge').innerText()).toBe('✓ Confirmed complete');
    const next = page.getByRole('link', { name: 'The day after: Thursday 12 March 2026' });
    await next.click();
    await page.waitForURL(/2026-03-12/);
    expect(await page.locator('.known').innerText()).toBe(
      'Known until 16:07 UTC−04:00, 37 min before this page was made',
    );
    expect(await page.locator('.badge').innerText()).toBe('! Checked in part');
    await page.locator('summary').click();
    expect(await page.locator('.days li').count()).toBe(10);
    expect(await page.locator('.days li a').count()).toBe(0);
  });

  it('are five figures as SQL has them, and those of a week before', async () => {
    const page = await open(DAY);
    const shown = await page
      .locator('.figure')
      .evaluateAll((cards) => cards.map((card) => (card as HTMLElement).innerText.split('\n')));
    const of = async (day: string) => {
      const [[figures], [peak]] = [await sql(FIGURES, day), await sql(PEAK, day)];
      return [
        String(figures?.seen),
        tenth(Number(figures?.staffed) / 3_600),
        String(peak?.agents_peak),
        percent(Number(figures?.breaks), Number(figures?.staffed)),
        String(figures?.ran_out),
      ];
    };
    const [ours, before] = [await of(DAY), await of('2026-03-04')];
    expect(shown.map(([, value]) => value)).toEqual(ours);
    expect(shown.map((lines) => lines.find((line) => line.startsWith('a week before')))).toEqual(
      before.map((value) => `a week before: ${value}`),
    );
    const [peak] = await sql(PEAK);
    expect(shown[2]).toContain(`in the quarter from ${local(peak?.interval_start, 16)}`);
    expect(await page.locator('#figures .note').innerText()).toContain('Wed 4 Mar');
  });

  it('says what of the day and of the week before is known, where that differs', async () => {
    const page = await open(TODAY);
    const note = page.locator('#figures .note');
    expect(await note.innerText()).toContain('24 h are known, and of this day 16 h 7 min');
    expect(await page.locator('.difference').count()).toBe(0);
  });

  it('says that nothing is known of before, where the history begins', async () => {
    const page = await open(FIRST);
    const note = await page.locator('#figures .note').innerText();
    expect(note).toContain('The history begins on this day');
    expect(note).toContain('The lake has nothing of Tue 24 Feb');
    const shown = await page.locator('.before').allInnerTexts();
    expect(shown).toEqual(Array(5).fill('a week before: not known'));
  });

  it('has each quarter of staffing_interval in its table, and the plan', async () => {
    const page = await open(DAY);
    await page.locator('#staffing .behind > button').click();
    const found = await cells('#staffing');
    const levels = await sql(`SELECT * FROM staffing_interval WHERE $here ORDER BY interval_start`);
    const known = STAFFED.filter((group) =>
      levels.some((row) => row.activity_group === group && Number(row.agents_peak) > 0),
    );
    const heads = await page.locator('#staffing thead th').allInnerTexts();
    const names = known.map((group) => NAMES[group]);
    expect(heads).toEqual(['From', 'Staffed', 'At most', 'Planned', ...names]);
    const starts = [...new Set(levels.map((row) => String(row.interval_start)))];
    const plan = await sql('SELECT starts_at, ends_at FROM schedule WHERE $here');
    const wanted = starts.map((start) => {
      const of = (group: string) =>
        levels.find((row) => row.interval_start === start && row.activity_group === group);
      const average = (group: string) => tenth(Number(of(group)?.agents_average));
      const planned = plan.filter(
        (block) => String(block.starts_at) <= start && start < String(block.ends_at),
      ).length;
      return [
        ...[local(start, 16), average('staffed'), String(of('staffed')?.agents_peak)],
        ...[tenth(planned), ...known.map(average)],
      ];
    });
    expect(found).toEqual(wanted);
  });

  it('has each agent of agent_day in its table, sorted as asked', async () => {
    const page = await open(DAY);
    const heads = (await page.locator('#agents thead th').allInnerTexts()).map((text) =>
      text.replace(/[▲▼\n]/g, '').trim(),
    );
    const groups = STAFFED.filter((group) => heads.includes(NAMES[group] ?? ''));
    const rows = await sql('SELECT * FROM agent_day WHERE $here');
    const lengthOf = (value: unknown) => (value === 0 ? '–' : clockLength(Number(value)));
    const wanted = rows.map((row) => [
      `${row.agent_name}${row.ran_out ? 'never logged off' : ''}`,
      ...['', local(row.login_at), local(row.logout_at), String(row.logins)],
      lengthOf(row.staffed_seconds),
      ...groups.map((group) => lengthOf(row[`${group}_seconds`])),
      lengthOf(row.longest_break_seconds),
    ]);
    const sorted = (table: string[][]) => table.map((row) => row.join(' | ')).sort();
    expect(sorted(await cells('#agents'))).toEqual(sorted(wanted));

    const column = heads.indexOf('Staffed');
    const head = page.locator('#agents thead th').nth(column);
    const shown = async () => (await cells('#agents')).map((row) => row[column]);
    const lengths = rows.map((row) => Number(row.staffed_seconds)).sort((a, b) => b - a);
    await head.getByRole('button').click();
    expect(await head.getAttribute('aria-sort')).toBe('descending');
    expect(await shown()).toEqual(lengths.map(lengthOf));
    await head.getByRole('button').click();
    expect(await head.getAttribute('aria-sort')).toBe('ascending');
    expect(await shown()).toEqual(lengths.reverse().map(lengthOf));
  });

  it('has each status and reason, those without a group first', async () => {
    await open(DAY);
    const rows = await sql(
      `SELECT activity, reason_code, activity_group, CAST(sum(seconds) AS bigint) AS seconds,
              CAST(sum(changes) AS bigint) AS changes, CAST(count(DISTINCT agent_id) AS integer) AS agents
       FROM agent_state WHERE $here AND activity_group <> 'offline' GROUP BY ALL ORDER BY seconds DESC, activity`,
    );
    const total = rows.reduce((sum, row) => sum + Number(row.seconds), 0);
    const first = (row: (typeof rows)[number]) => Number(row.activity_group !== 'other');
    const wanted = rows
      .sort((a, b) => first(a) - first(b))
      .map((row) => [
        String(row.activity),
        row.activity === 'Away' ? 'Coffee (1)' : String(row.reason_code ?? '–'),
        ...[NAMES[String(row.activity_group)], '', tenth(Number(row.seconds) / 3_600)],
        percent(Number(row.seconds), total),
        ...[row.agents, row.changes].map((number) => Number(number).toLocaleString('en-GB')),
      ]);
    expect(wanted[0]?.[2]).toBe('No group');
    expect(await cells('#reasons')).toEqual(wanted);
  });

  it('has the weekdays and hours of four weeks, and the days of the data', async () => {
    await open(DAY);
    const rows = await centre.lake.rows(
      `SELECT isodow(day) AS weekday, hour(local_start) AS hour,
              sum(agent_seconds) / sum(observed_seconds) AS average
       FROM staffing_interval WHERE is_total AND day BETWEEN DATE '2026-02-12' AND DATE '${DAY}' GROUP BY ALL`,
    );
    const found = await cells('#weeks');
    for (const [at, row] of found.entries()) {
      const wanted = Array.from({ length: 24 }, (_, hour) => {
        const cell = rows.find((each) => each.weekday === at + 1 && each.hour === hour);
        if (cell === undefined) return '';
        const average = Number(cell.average);
        return average >= 10 ? String(Math.round(average)) : tenth(average);
      });
      expect([at, row.slice(1)]).toEqual([at, wanted]);
    }
    const quality = await centre.lake.rows(
      `SELECT * FROM activity_quality WHERE dt BETWEEN DATE '2026-03-04' AND DATE '2026-03-12' ORDER BY dt`,
    );
    const count = (value: unknown) => Number(value).toLocaleString('en-GB');
    expect(await cells('#quality')).toEqual(
      quality.map((row) => [
        String(row.dt),
        row.confirmed === null ? 'never checked' : row.confirmed ? 'confirmed complete' : 'not yet',
        row.checked_at === null ? '–' : String(row.checked_at).slice(0, 16),
        ...[row.events, row.agents, row.late_events].map(count),
        row.longest_lag_seconds === null ? '–' : length(Number(row.longest_lag_seconds)),
        ...[row.unknown_events, row.rejected, row.withdrawn].map(count),
      ]),
    );
  });

  it('names who never logged off, whose breaks were long and whose connection flickers', async () => {
    const page = await open(DAY);
    const boxes = await page.locator('.box').evaluateAll((all) =>
      all.map((box) => ({
        count: Number(box.querySelector('.count')?.textContent),
        names: [...box.querySelectorAll('li button')].map((each) => each.textContent),
      })),
    );
    const namesOf = async (text: string) => (await sql(text)).map((row) => row.agent_name).sort();
    const wanted = [
      `SELECT agent_name FROM agent_state WHERE $here AND end_reason = 'limit' AND activity_group <> 'offline'`,
      'SELECT agent_name FROM agent_day WHERE $here AND longest_break_seconds > 3600',
      `SELECT agent_name FROM agent_state WHERE $here AND activity_group = 'system' AND seconds = 0
       GROUP BY agent_id, agent_name HAVING count(*) >= 3`,
    ];
    for (const [at, text] of wanted.entries()) {
      const names = await namesOf(text);
      expect(boxes[at]?.count).toBe(names.length);
      expect(boxes[at]?.names.sort()).toEqual(names.slice(0, 8));
    }
    expect(boxes[0]?.count).toBeGreaterThan(0);
    expect(boxes[3]?.count).toBe(1);
  });

  it('says so when nobody was seen', async () => {
    const page = await open(QUIET);
    expect(await page.locator('h2').first().innerText()).toBe('No agent was seen on this day');
    expect(await page.locator('.badge').innerText()).toBe('! Never checked');
    expect(await page.locator('canvas').count()).toBe(0);
  });
});

describe('what the reader may do', () => {
  it('mutes a group in all charts', async () => {
    const page = await open(DAY);
    const layers = page.locator('#staffing .layer');
    const before = await layers.count();
    const canvas = page.locator('#timeline canvas');
    const picture = await canvas.screenshot();
    const [inStaffing, inTimeline] = ['#staffing', '#timeline'].map((part) =>
      page.locator(part).getByRole('button', { name: 'Busy' }),
    );
    await inStaffing?.click();
    expect(await layers.count()).toBe(before - 1);
    expect(await inTimeline?.getAttribute('aria-pressed')).toBe('false');
    expect((await canvas.screenshot()).equals(picture)).toBe(false);
    await inTimeline?.click();
    expect(await layers.count()).toBe(before);
    expect((await canvas.screenshot()).equals(picture)).toBe(true);
  });

  it('shows the times of UTC, and of local clocks again', async () => {
    const page = await open(DAY);
    const [agent] = await sql(
      'SELECT agent_id, login_at FROM agent_day WHERE $here AND login_at IS NOT NULL ORDER BY agent_id',
    );
    const login = page.locator(`#agents tr:has([title="${agent?.agent_id}"]) td`).nth(1);
    expect(await login.innerText()).toBe(local(agent?.login_at));
    await page.getByText('UTC', { exact: true }).click();
    expect(await login.innerText()).toContain(String(agent?.login_at).slice(11));
    expect(await page.locator('#staffing text.x').first().textContent()).toBe('04:00');
    await page.getByText('Local (UTC−04:00)').click();
    expect(await login.innerText()).toBe(local(agent?.login_at));
  });

  it('finds agents by name, whatever is in it', async () => {
    const page = await open(DAY);
    await page.getByRole('searchbox').fill('<SCRIPT>alert');
    expect(await page.locator('.found').innerText()).toMatch(/^1 of \d+ agents$/);
    const [[name] = ['']] = await cells('#agents');
    expect(name).toContain(NAUGHTY_NAME);
    expect(await page.locator('#timeline .said').innerText()).toContain('1 agent.');
    expect(await page.locator('script').count()).toBe(2);
  });

  it('goes from stay to stay and from agent to agent with the arrow keys', async () => {
    const page = await open(DAY);
    const said = page.locator('#timeline .said');
    await page.locator('#timeline select').last().selectOption('name');
    await page.locator('.timeline').focus();
    const text = await said.innerText();
    const all = await sql(
      `SELECT agent_id, agent_name, activity, started_at, seconds FROM agent_state WHERE $here
       ORDER BY started_at, entered_at, event_seq`,
    );
    const ofFirst = (name: string) => all.filter((row) => name.startsWith(String(row.agent_name)));
    const stays = ofFirst(text);
    expect(new Set(stays.map((row) => row.agent_id)).size).toBe(1);
    for (const stay of stays.slice(0, 12)) {
      const words = await said.innerText();
      expect(words).toContain(`${stay.agent_name}: ${stay.activity}`);
      expect(words).toContain(local(stay.started_at));
      if (Number(stay.seconds) > 0) expect(words).toContain(length(Number(stay.seconds)));
      else expect(words).toContain('over within the second');
      await page.keyboard.press('ArrowRight');
    }
    await page.keyboard.press('End');
    expect(await said.innerText()).toContain(local(stays.at(-1)?.started_at));
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    const next = await said.innerText();
    expect(next.split(':')[0]).not.toBe(text.split(':')[0]);
    await page.keyboard.press('ArrowUp');
    expect((await said.innerText()).split(':')[0]).toBe(text.split(':')[0]);

    await page.locator('#timeline .behind > button').click();
    expect(await cells('#timeline')).toHaveLength(stays.length);
  });

  it('says beside the pointer what it says to the keyboard', async () => {
    const page = await open(DAY);
    await page.locator('.timeline').scrollIntoViewIfNeeded();
    const box = await page.locator('#timeline canvas').boundingBox();
    const width = box?.width ?? 0;
    const y = (box?.y ?? 0) + 30 + 26 * 5 + 13;
    // Where the middle of the day is, beside the names.
    const x = (box?.x ?? 0) + 190 + (width - 200) / 2;
    await page.mouse.move(x, y);
    const hint = await page.locator('.hint').innerText();
    await page.mouse.click(x, y);
    const said = page.locator('#timeline .said');
    expect(await said.innerText()).toBe(hint.split('\n').join(' '));
    const there = await sql(
      `SELECT agent_name, activity, started_at FROM agent_state
       WHERE $here AND started_at <= TIMESTAMP '2026-03-11 16:00:00'
         AND started_at + INTERVAL '1' SECOND * seconds > TIMESTAMP '2026-03-11 16:00:00'`,
    );
    const texts = there.map((row) => `${row.agent_name}: ${row.activity} ${local(row.started_at)}`);
    const [, name, activity, from] =
      /^(.+): ([^.,(]+?)(?: \(.*)?[.,][\s\S]*?(\d\d:\d\d:\d\d)/.exec(hint) ?? [];
    expect(texts).toContain(`${name}: ${activity} ${from}`);
  });

  it('shows a part of the day, and goes where the focus goes', async () => {
    const page = await open(DAY);
    const canvas = page.locator('#timeline canvas');
    const whole = await canvas.screenshot();
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    expect(await button('Earlier').isDisabled()).toBe(true);
    expect(await button('Later').isDisabled()).toBe(true);
    const span = page.locator('#timeline select').first();
    await span.selectOption('1 hour');
    expect(await button('Earlier').isDisabled()).toBe(false);
    const zoomed = await canvas.screenshot();
    expect(zoomed.equals(whole)).toBe(false);
    await button('Later').click();
    expect((await canvas.screenshot()).equals(zoomed)).toBe(false);
    await page.locator('.timeline').focus();
    await page.keyboard.press('Home');
    const before = await canvas.screenshot();
    await page.keyboard.press('End');
    expect((await canvas.screenshot()).equals(before)).toBe(false);
    await span.selectOption('the whole day');
    await page.locator('.timeline').evaluate((frame) => frame.blur());
    expect(await button('Later').isDisabled()).toBe(true);
  });

  it('reads the quarters of the staffing chart with the arrow keys', async () => {
    const page = await open(DAY);
    await page.locator('#staffing .chart').focus();
    await page.keyboard.press('Home');
    const [first] = await sql(
      'SELECT agents_average, agents_peak FROM staffing_interval WHERE $here AND is_total ORDER BY interval_start',
    );
    expect(await page.locator('#staffing .said').innerText()).toContain(
      `00:00–00:15: ${tenth(Number(first?.agents_average))} staffed on average, ${first?.agents_peak} at most.`,
    );
    await page.keyboard.press('End');
    expect(await page.locator('#staffing .said').innerText()).toContain('23:45–24:00');
  });

  it('saves what is shown as CSV', async () => {
    const page = await open(DAY);
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as CSV' }).click(),
    ]);
    expect(saved.suggestedFilename()).toBe(`agents-acme-${DAY}.csv`);
    const file = path.join(folder, 'saved.csv');
    await saved.saveAs(file);
    expect(readFileSync(file, 'utf8').charCodeAt(0)).toBe(0xfeff);
    const found = await centre.lake.rows(
      `SELECT * FROM read_csv('${file}', header = true, all_varchar = true) ORDER BY agent_id`,
    );
    const wanted = await sql('SELECT * FROM agent_day WHERE $here ORDER BY agent_id');
    const shared = [...STAFFED, 'staffed', 'offline'].map((group) => `${group}_seconds`);
    const asText = (rows: typeof wanted) =>
      rows.map((row) =>
        ['agent_id', 'agent_name', 'logins', ...shared].map((name) => `${row[name]}`),
      );
    expect(asText(found)).toEqual(asText(wanted));
  });

  it('comes from a name to its band', async () => {
    const page = await open(TODAY);
    const name = page.locator('#look-here li button').first();
    const text = await name.innerText();
    await name.click();
    expect(await page.locator('#timeline .said').innerText()).toContain(`${text}: `);
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('timeline');
  });
});

describe('however it is looked at', () => {
  it('is light or dark as the reader’s system is, the canvas too', async () => {
    const page = await open(DAY, { colorScheme: 'light' });
    const corner = (of = '.timeline canvas') =>
      page.locator(of).evaluate((canvas) => {
        // Read from a copy: the page's own canvas is not made to be read.
        const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
        pen?.drawImage(canvas as HTMLCanvasElement, 0, 0);
        return [...(pen?.getImageData(3, 3, 1, 1).data ?? [])];
      });
    const [light] = await corner();
    expect(light).toBe(255);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.evaluate(() => new Promise(requestAnimationFrame));
    const [dark] = await corner();
    expect(dark).toBeLessThan(64);
    await page.emulateMedia({ colorScheme: 'dark', media: 'print' });
    await page.evaluate(() => new Promise(requestAnimationFrame));
    expect((await corner('.sheets canvas'))[0]).toBe(255);
  });

  it.each([
    ['at 200 %', { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 }],
    ['on a telephone', { viewport: { width: 360, height: 700 } }],
  ])('is no wider than its window %s', async (_, options) => {
    const page = await open(DAY, options);
    await page.locator('#staffing .behind > button').click();
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(widths[0]).toBeLessThanOrEqual(widths[1] as number);
  });

  it('is on paper without what paper can’t do, and with all rows', async () => {
    const page = await open('crowded');
    await page.emulateMedia({ media: 'print' });
    await page.evaluate(() => new Promise(requestAnimationFrame));
    expect(await page.getByRole('searchbox').isVisible()).toBe(false);
    const { shown, all } = await page.locator('#agents .scroll').evaluate((box) => ({
      shown: box.clientHeight,
      all: box.scrollHeight,
    }));
    expect(shown).toBe(all);
    expect(await page.locator('.timeline').isVisible()).toBe(false);
    expect(await page.locator('.sheets canvas').count()).toBe(10);
    expect(await page.locator('.sheets p').innerText()).toBe('780 more agents not printed here.');
  });

  it('has names, headings and heads that a screen reader can go by', async () => {
    const page = await open(DAY);
    const levels = await page
      .locator('h1, h2, h3')
      .evaluateAll((all) => all.map(({ tagName }) => Number(tagName[1])));
    expect(levels[0]).toBe(1);
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    for (const [at, level] of levels.entries()) {
      expect(level - (levels[at - 1] ?? level)).toBeLessThanOrEqual(1);
    }
    const unnamed = await page
      .locator('button, a, input, select, [tabindex="0"]')
      .evaluateAll((all) =>
        all
          .filter(
            (each) =>
              !each.textContent?.trim() &&
              !each.getAttribute('aria-label') &&
              !(each as HTMLInputElement).labels?.length,
          )
          .map(({ outerHTML }) => outerHTML),
      );
    expect(unnamed).toEqual([]);
    const tables = await page.locator('table').evaluateAll((all) =>
      all.map((table) => ({
        caption: (table.querySelector('caption')?.textContent ?? '').length > 5,
        heads: [...table.querySelectorAll('th')].every((head) => head.scope !== ''),
      })),
    );
    expect(tables.length).toBeGreaterThan(3);
    for (const table of tables) expect(table).toEqual({ caption: true, heads: true });
  });
});

it('shows a thousand agents with a hundred stays each, and scrolls', async () => {
  const page = await open('crowded');
  expect(await page.locator('#timeline .said').innerText()).toContain('1,000 agents');
  const frames = await page.locator('.timeline').evaluate(async (frame) => {
    const times: number[] = [];
    for (let step = 0; step < 60; step += 1) {
      const before = performance.now();
      frame.scrollTop += 397;
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      times.push(performance.now() - before);
    }
    return { times: times.sort((a, b) => a - b), top: frame.scrollTop };
  });
  expect(frames.top).toBeGreaterThan(20_000);
  const started = await page.evaluate(() => {
    const [entry] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    return Math.round(entry?.loadEventEnd ?? 0);
  });
  const [median, slowest] = [frames.times[30] ?? 0, frames.times.at(-1) ?? 0];
  const kilobytes = Math.round(readFileSync(files.crowded ?? '').length / 1_000);
  // How long it takes depends on the machine: told, and not held to anything.
  process.stdout.write(
    `1,000 agents × 100 stays: ${kilobytes} KB, there after ${started} ms; two frames while scrolling ${median.toFixed(1)} ms, ${slowest.toFixed(1)} ms at most\n`,
  );
});
