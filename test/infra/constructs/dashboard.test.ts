import { ACCOUNT_DIMENSION, type Metric, metrics } from '../../../shared/metrics.ts';
import {
  accounts,
  type Deployment,
  functionOf,
  ids,
  resources,
  synthesized,
} from '../deployment.ts';

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly metrics?: readonly (readonly unknown[])[];
    readonly alarms?: readonly string[];
    readonly markdown?: string;
  };
}

const name = 'lake-of-tests';
const deployment = synthesized({ accounts, name });
const widgets = widgetsOf(deployment);
/** Of a formula that fills gaps with 0 the metric in it. */
const metricsIn = ({ properties }: Widget) =>
  (properties.metrics ?? []).filter(([space]) => typeof space === 'string');
const shown = widgets.flatMap(metricsIn);
const enabled = accounts.filter((account) => account.enabled !== false);

/** Names are joined in when it is deployed: here each stands as its logical id. */
function widgetsOf(of: Deployment): Widget[] {
  const [[, dashboard] = ['', undefined]] = resources(of, 'AWS::CloudWatch::Dashboard');
  const join = dashboard?.Properties.DashboardBody as { 'Fn::Join': [string, unknown[]] };
  const nameOf = (part: object) => {
    const [first] = Object.values(part).flat();
    return `${first}`.replace(/\W/g, '');
  };
  const parts = join['Fn::Join'][1].map((part) =>
    typeof part === 'string' ? part : nameOf(part as object),
  );
  return JSON.parse(parts.join('')).widgets;
}

describe('the dashboard', () => {
  it('shows every metric of every account that is enabled, and of no other', () => {
    const own = shown.filter(([space]) => space === name);
    const wanted = enabled.flatMap(({ id }) =>
      Object.keys(metrics).map((metric) => [name, metric, ACCOUNT_DIMENSION, id].join()),
    );
    expect(new Set(own.map((metric) => metric.slice(0, 4).join()))).toEqual(new Set(wanted));
  });

  it('shows 0 where a metric is not sent because it is 0', () => {
    const filled = widgets
      .flatMap(({ properties }) => properties.metrics ?? [])
      .map(([first]) => (first as { expression?: string }).expression)
      .filter((expression) => expression !== undefined);
    const sparse = Object.entries<Metric>(metrics).filter(([, metric]) => metric.sparse);
    const wanted = sparse.map(
      ([name]) => `FILL(${name.charAt(0).toLowerCase()}${name.slice(1)}, 0)`,
    );
    expect(new Set(filled)).toEqual(new Set(wanted));
  });

  it('shows beside them what AWS says of the functions and the queues of this stack', () => {
    const others = shown.filter(([space]) => space !== name).map((metric) => metric.slice(0, 4));
    const functions = enabled.map(({ id }) => functionOf(deployment, id)[0]);
    const queues = resources(deployment, 'AWS::SQS::Queue').map(([id]) => id);
    const wanted = [
      ...['Invocations', 'Errors', 'Throttles', 'Duration'].flatMap((metric) =>
        functions.map((id) => ['AWS/Lambda', metric, 'FunctionName', id]),
      ),
      ...queues.map((id) => ['AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'QueueName', id]),
    ];
    expect(others.map(String).sort()).toEqual(wanted.map(String).sort());
  });

  it('shows every alarm that people hear of', () => {
    const listed = widgets.flatMap(({ properties }) => properties.alarms ?? []);
    const heard = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'].flatMap((type) =>
      resources(deployment, type)
        .filter(([, { Properties }]) => Properties.AlarmActions !== undefined)
        .map(([id]) => id),
    );
    expect([...listed].sort()).toEqual(heard.sort());
  });

  it('begins each row with what it means, and leaves no widget over another', () => {
    const taken = new Set<string>();
    for (const { x, y, width, height } of widgets) {
      expect(x + width).toBeLessThanOrEqual(24);
      for (let column = x; column < x + width; column += 1) {
        for (let row = y; row < y + height; row += 1) {
          expect(taken).not.toContain(`${column},${row}`);
          taken.add(`${column},${row}`);
        }
      }
    }
    for (const row of new Set(widgets.map(({ y }) => y))) {
      expect(widgets.find(({ x, y }) => x === 0 && y === row)?.type).toBe('text');
    }
  });

  it('answers at the top of an account: is it healthy, fresh and complete', () => {
    const heading = widgets.find(({ properties }) => properties.markdown?.startsWith('# Second'));
    const first = widgets.filter(({ y }) => y === heading?.y).slice(1);
    expect(first.map(({ type }) => type)).toEqual(['alarm', 'metric', 'metric', 'metric']);
    expect(first.flatMap(metricsIn).map(([, metric]) => metric)).toEqual([
      'WatermarkLag',
      'SuccessfulPulls',
      'UnconfirmedDays',
    ]);
    expect(JSON.stringify(first)).toContain(ids[1]);
  });
});
