import { createHash } from 'node:crypto';
import { reportTemplate } from '../../../cli/commands/report/files.ts';
import type { AgentDay, ReportData } from '../../../shared/report/report-data.ts';
import { reportFile, reportPage } from '../../../shared/report/report-page.ts';
import { packRows } from '../../../shared/report/row-columns.ts';
import { packStays } from '../../../shared/report/stay-columns.ts';

const NAUGHTY = '</script><script>alert(1)</script><!-- $& $1 \u2028 & "';

const data: ReportData = {
  ...{ accountId: NAUGHTY, day: '2026-01-31', madeAtMs: 0, fromMs: 0, toMs: 86_400_000 },
  ...{ observed: null, offsets: [], days: [{ day: '2026-01-31', file: null }], figures: null },
  ...{ weekBefore: null, weekBeforeDay: '2026-01-24', quarters: [], planned: [], statuses: [] },
  ...{ agents: packRows<AgentDay>([]), stays: packStays([]), weeks: [], lookHere: [], quality: [] },
};

let template: string;
beforeAll(async () => {
  template = await reportTemplate();
});

describe('the page of a report', () => {
  it('holds the data, whatever texts are in it, and no markup from them', () => {
    const page = reportPage(template, data);
    expect(page).not.toContain('<script>alert');
    expect(page.match(/<script/g)).toHaveLength(2);
    const [, json = ''] = /<script type="application\/json"[^>]*>(.*?)<\/script>/s.exec(page) ?? [];
    expect(JSON.parse(json)).toEqual(data);
    const [, title = ''] = /<title>(.*?)<\/title>/s.exec(page) ?? [];
    expect(title).toContain('&lt;script&gt;alert(1)');
  });

  it('refers to nothing outside of itself', () => {
    const names = template.replaceAll('http://www.w3.org/2000/svg', '');
    const elsewhere = /\b(https?|wss?|ftp):|\/\/[\w-]+\.\w|@import|\bsrc=|<link|url\((?!["']?#)/g;
    expect(names.match(elsewhere)).toBeNull();
    const asking = /\b(fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|import)\(/g;
    expect(names.match(asking)).toBeNull();
  });

  it('allows its own script and style, and nothing else', () => {
    const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(template) ?? [];
    expect(policy).toMatch(/^default-src 'none'; /);
    const hashOf = (tag: string) => {
      const [, text = ''] = new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(template) ?? [];
      expect(text.length).toBeGreaterThan(1_000);
      return `sha256-${createHash('sha256').update(text).digest('base64')}`;
    };
    expect(policy).toContain(`script-src '${hashOf('script')}'`);
    expect(policy).toContain(`style-src '${hashOf('style')}'`);
    expect(policy).not.toContain('unsafe');
    expect(template.match(/<[^>]+ (style|on\w+)=/g)).toBeNull();
  });

  it('never speaks of occupancy, which status changes cannot tell', () => {
    expect(template.match(/occupanc|utili[sz]ation/gi)).toBeNull();
  });

  it('goes to a file whose name any system takes', () => {
    expect(reportFile('st-1/..\\x', '2026-01-31')).toBe(
      'activity-report-st-1_.._x-2026-01-31.html',
    );
  });
});
