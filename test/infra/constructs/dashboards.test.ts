import { alarmNameOf, heardTexts } from '../../../infra/constructs/account-alarms.ts';
import { functionNameOf } from '../../../shared/deployed-names.ts';
import { ACCOUNT_DIMENSION, type Metric, metrics } from '../../../shared/metrics.ts';
import { accounts, ids, only, resolved, resources, synthesized } from '../deployment.ts';

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly metrics?: readonly (readonly unknown[])[];
    readonly alarms?: readonly string[];
    readonly states?: readonly string[];
    readonly markdown?: string;
  };
}

interface Page {
  readonly widgets: readonly Widget[];
  readonly variables?: readonly Record<string, unknown>[];
}

const name = 'lake-of-tests';
const CHOSEN = 'chosen-account';
const deployment = synthesized({ accounts, name });
const overview = pageOf(`${name}-AWS::Region`);
const ofAccount = pageOf(`${name}-AWS::Region-account`);

/** The page of that name. What is known when it is deployed stands as its logical id, an ARN as `arn:<id>`. */
function pageOf(wanted: string): Page {
  const [, { Properties }] = only(
    deployment,
    'AWS::CloudWatch::Dashboard',
    ({ Properties }) => resolved(Properties.DashboardName) === wanted,
  );
  return JSON.parse(resolved<string>(Properties.DashboardBody));
}

/** Of a formula that fills gaps with 0 the metric in it. */
const metricsIn = ({ properties }: Widget) =>
  (properties.metrics ?? []).filter(([space]) => typeof space === 'string');
const expressionsIn = ({ widgets }: Page) =>
  widgets
    .flatMap(({ properties }) => properties.metrics ?? [])
    .flatMap(([first]) => (first as { expression?: string }).expression ?? []);
const alarmsIn = ({ widgets }: Page) =>
  widgets
    .flatMap(({ properties }) => properties.alarms ?? [])
    .map((arn) => arn.replace(/^arn:AWS::Partition:cloudwatch:.*:alarm:/, ''));

it('each have the region in their name, and one of them is what the stack links to', () => {
  const [link] = Object.values(deployment.template.findOutputs('DashboardLink'));
  expect(JSON.stringify(resolved(link?.Value))).toMatch(
    new RegExp(`/cloudwatch/home\\?region=AWS::Region#dashboards/dashboard/${name}-AWS::Region"`),
  );
});

it.each([
  ['overview', overview],
  ['account', ofAccount],
])('begin each row with what it means, and leave no widget over another: %s', (_, page) => {
  const taken = new Set<string>();
  for (const { x, y, width, height } of page.widgets) {
    expect(x + width).toBeLessThanOrEqual(24);
    for (let column = x; column < x + width; column += 1) {
      for (let row = y; row < y + height; row += 1) {
        expect(taken).not.toContain(`${column},${row}`);
        taken.add(`${column},${row}`);
      }
    }
  }
  for (const row of new Set(page.widgets.map(({ y }) => y))) {
    const first = page.widgets.find(({ x, y }) => x === 0 && y === row);
    expect(first?.type === 'text' || first?.width === 24).toBe(true);
  }
});

describe('the dashboard of an account', () => {
  it('is that of the account chosen at its top, of those that were pulled lately', () => {
    expect(ofAccount.variables).toEqual([
      {
        ...{ type: 'pattern', inputType: 'select', id: 'account', label: 'Account' },
        pattern: CHOSEN,
        search: `{"${name}",account} MetricName="SuccessfulPulls"`,
        populateFrom: ACCOUNT_DIMENSION,
        defaultValue: '__FIRST',
      },
    ]);
    const text = JSON.stringify(ofAccount);
    for (const id of ids) expect(text).not.toContain(id);
  });

  it('shows every metric of the product', () => {
    const own = ofAccount.widgets.flatMap(metricsIn).filter(([space]) => space === name) ?? [];
    const wanted = Object.keys(metrics).map((metric) =>
      [name, metric, ACCOUNT_DIMENSION, CHOSEN].join(),
    );
    expect(new Set(own.map((metric) => metric.slice(0, 4).join()))).toEqual(new Set(wanted));
  });

  it('shows 0 where a metric is not sent because it is 0', () => {
    const sparse = Object.entries<Metric>(metrics).filter(([, metric]) => metric.sparse);
    const wanted = sparse.map(
      ([name]) => `FILL(${name.charAt(0).toLowerCase()}${name.slice(1)}, 0)`,
    );
    expect(new Set(expressionsIn(ofAccount))).toEqual(new Set(wanted));
  });

  it('shows beside them what AWS says of its function', () => {
    const others = ofAccount.widgets.flatMap(metricsIn).filter(([space]) => space !== name) ?? [];
    expect(others.map((metric) => metric.slice(0, 4).join()).sort()).toEqual(
      ['Duration', 'Errors', 'Invocations', 'Throttles'].map((metric) =>
        ['AWS/Lambda', metric, 'FunctionName', functionNameOf(name, CHOSEN)].join(),
      ),
    );
  });

  it('shows every alarm of it that people hear of', () => {
    const heard = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm']
      .flatMap((type) => resources(deployment, type))
      .filter(([, { Properties }]) => Properties.AlarmActions !== undefined)
      .map(([, { Properties }]) => String(Properties.AlarmName));
    const ofOne = heard.filter((alarm) => alarm.startsWith(`${name}/${ids[1]}/`));
    expect(heardTexts.map((text) => alarmNameOf(name, ids[1], text)).sort()).toEqual(ofOne.sort());
    expect(alarmsIn(ofAccount)).toEqual(heardTexts.map((text) => alarmNameOf(name, CHOSEN, text)));
  });

  it('answers at its top: is it healthy, fresh and complete', () => {
    const first = ofAccount.widgets.filter(({ y }) => y === 0) ?? [];
    expect(first.map(({ type }) => type)).toEqual(['text', 'alarm', 'metric', 'metric', 'metric']);
    expect(first.flatMap(metricsIn).map(([, metric]) => metric)).toEqual([
      'WatermarkLag',
      'SuccessfulPulls',
      'UnconfirmedDays',
    ]);
  });
});

describe('the overview', () => {
  it('shows what comes into the queues of all accounts, and their alarms', () => {
    const queues = resources(deployment, 'AWS::SQS::Queue').map(([id]) => id);
    const shown = overview.widgets.flatMap(metricsIn).map((metric) => metric.slice(0, 2).join());
    expect(shown).toEqual(queues.map(() => 'AWS/SQS,NumberOfMessagesSent'));
    expect(alarmsIn(overview)).toEqual(expect.arrayContaining(['arn:FailedWorkRunFailedDE379292']));
  });

  it('shows of the accounts the worst ten, found by metrics that are sent', () => {
    const found = expressionsIn(overview);
    expect(found.length).toBeGreaterThan(0);
    for (const expression of found) {
      const [, metric = ''] =
        /^SORT\(SEARCH\('\{"lake-of-tests",account\} MetricName="(\w+)"', '(?:Sum|Maximum)', \d+\), MAX, DESC, 10\)$/.exec(
          expression,
        ) ?? [];
      expect(Object.keys(metrics)).toContain(metric);
    }
  });

  it('shows which accounts are stale, of those that are pulled', () => {
    const stale = overview.widgets.filter(({ properties }) => properties.states) ?? [];
    expect(stale.map(({ properties }) => properties.states)).toEqual([['ALARM']]);
    const enabled = accounts.filter((account) => account.enabled !== false);
    expect(alarmsIn({ widgets: stale })).toEqual(
      enabled.map(({ id }) => `${name}/${id}/The lake is stale`),
    );
  });

  it('leads to the dashboard of one account', () => {
    const [head] = overview.widgets ?? [];
    expect(head?.properties.markdown).toContain(`#dashboards:name=${name}-AWS::Region-account)`);
  });
});
