import { accounts, type Deployment, resources, synthesized } from '../deployment.ts';
import { statementsOf } from '../permissions.ts';

const vpc = { subnets: ['subnet-0a1b2c3d', 'subnet-0a1b2c3e'], securityGroups: ['sg-0a1b2c3d'] };
let deployment: Deployment;

beforeAll(() => {
  deployment = synthesized({ accounts, vpc, nightlyReport: 'announced' });
});

const functions = () => resources(deployment, 'AWS::Lambda::Function');

describe('with a network of its own', () => {
  it('every function reaches all through it', () => {
    expect(functions()).toHaveLength(accounts.length + 1);
    for (const [, { Properties }] of functions()) {
      expect(Properties.VpcConfig).toEqual({
        SubnetIds: vpc.subnets,
        SecurityGroupIds: vpc.securityGroups,
      });
    }
  });

  it('lets Lambda make interfaces for each before the function is, and no code of a function', () => {
    for (const fn of functions()) {
      const onNetwork = statementsOf(deployment, fn).filter(({ Action }) =>
        Action.some((action) => action.startsWith('ec2:')),
      );
      const [making, looking, denied, ...others] = onNetwork;
      expect(others).toEqual([]);
      expect(making).toMatchObject({
        ...{ Effect: 'Allow', Resource: ['arn:AWS::Partition:ec2:AWS::Region:AWS::AccountId:*/*'] },
      });
      expect(looking?.Action.every((action) => action.startsWith('ec2:Describe'))).toBe(true);
      expect(denied).toMatchObject({
        ...{ Effect: 'Deny', Resource: ['*'] },
        Condition: { Null: { 'lambda:SourceFunctionArn': 'false' } },
      });
      const allowed = [...(making?.Action ?? []), ...(looking?.Action ?? [])];
      expect([...(denied?.Action ?? [])].sort()).toEqual([...allowed].sort());
      expect(fn[1].DependsOn).toContainEqual(expect.stringContaining('RoleDefaultPolicy'));
    }
  });
});
