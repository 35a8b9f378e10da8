import { App, NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ActivityLake } from '../../infra/activity-lake.ts';

const accounts = [{ id: 'acct-1', host: 'smartassist.kore.ai' }];

const lakeIn = (stack: Stack, props = {}) =>
  new ActivityLake(stack, 'Agents', { accounts, name: 'centre', ...props });

describe('a lake in a stack of somebody', () => {
  const stack = new Stack(new App(), 'Contact-Centre');
  const lake = lakeIn(stack);
  const template = Template.fromStack(stack);

  it('is found by the command line: its outputs and the stacks of its accounts have fixed names', () => {
    const outputs = template.findOutputs('*');
    expect(Object.keys(outputs)).toEqual(
      expect.arrayContaining([
        'LakeBucket',
        'CheckpointTable',
        'AthenaDatabase',
        'AthenaWorkgroup',
      ]),
    );
    expect(outputs.AthenaWorkgroup?.Value).toBe('centre');
    const [account] = stack.node.findAll().filter(NestedStack.isNestedStack);
    expect(stack.resolve(account?.nestedStackResource?.logicalId)).toBe('AccountacctZ11');
  });

  it('can be granted to others, and subscribed to', () => {
    expect(stack.resolve(lake.bucket.bucketName)).toEqual({ Ref: expect.any(String) });
    expect(stack.resolve(lake.alarmTopic.topicArn)).toEqual({ Ref: expect.any(String) });
    expect(lake.workgroupName).toBe('centre');
  });

  it('encrypts the logs that it has in that stack, whatever the lake is called', () => {
    const other = new Stack(new App(), 'Other-Centre');
    lakeIn(other, { encryption: 'kms', nightlyReport: 'written', auditTrail: true, erasure: true });
    const template = Template.fromStack(other);
    const [key] = Object.values(template.findResources('AWS::KMS::Key')).filter((each) =>
      JSON.stringify(each).includes('LogsAreEncrypted'),
    );
    const groups = Object.values(template.findResources('AWS::Logs::LogGroup'));
    expect(groups.map(({ Properties }) => Properties.LogGroupName)).toEqual([undefined, undefined]);
    // CloudFormation names them after the stack.
    expect(JSON.stringify(key)).toContain(':log-group:Other-Centre-*');
  });

  it('says which of its props is wrong', () => {
    const other = new Stack(new App(), 'Other');
    expect(() => lakeIn(other, { lookback: 'soon' })).toThrow(
      /lookback is "soon", which is not allowed: a duration/,
    );
  });
});
