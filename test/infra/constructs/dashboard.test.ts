import { accounts, resources, synthesized } from '../deployment.ts';

interface Widget {
  readonly type: string;
  readonly properties: { readonly metrics?: readonly (readonly unknown[])[] };
}

describe('the dashboard', () => {
  const deployment = synthesized({ accounts });

  it('shows the runs, failures and durations of every account, and what waits in every queue', () => {
    const [[, dashboard] = ['', undefined]] = resources(deployment, 'AWS::CloudWatch::Dashboard');
    // Names are joined in when it is deployed: here each stands as its logical id.
    const join = dashboard?.Properties.DashboardBody as { 'Fn::Join': [string, unknown[]] };
    const parts = join['Fn::Join'][1].map((part) =>
      typeof part === 'string'
        ? part
        : JSON.stringify(Object.values(part as object)[0]).replace(/\W/g, ''),
    );
    const { widgets } = JSON.parse(parts.join('')) as { widgets: Widget[] };
    const shown = widgets.flatMap(({ properties }) => properties.metrics ?? []);
    const about = (namespace: string, metric: string) =>
      shown
        .filter(([space, name]) => space === namespace && name === metric)
        .map(([, , , id]) => id);

    const functions = resources(deployment, 'AWS::Lambda::Function').map(([id]) => id);
    expect(functions).toHaveLength(accounts.length);
    for (const metric of ['Invocations', 'Errors', 'Duration']) {
      expect(new Set(about('AWS/Lambda', metric))).toEqual(new Set(functions));
    }
    const queues = resources(deployment, 'AWS::SQS::Queue').map(([id]) => `${id}QueueName`);
    expect(about('AWS/SQS', 'ApproximateNumberOfMessagesVisible').sort()).toEqual(queues.sort());
  });
});
