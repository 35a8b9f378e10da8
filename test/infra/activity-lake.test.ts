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

  it('says which of its props is wrong', () => {
    const other = new Stack(new App(), 'Other');
    expect(() => lakeIn(other, { lookback: 'soon' })).toThrow(
      /lookback is "soon", which is not allowed: a duration/,
    );
  });
});
