import { only, resolved, resources, synthesized } from '../deployment.ts';
import { allows, statements } from '../permissions.ts';

const quiet = synthesized();
const [topicId, topic] = only(quiet, 'AWS::SNS::Topic');
const cloudWatch = { Service: 'cloudwatch.amazonaws.com' };

describe('the topic of the alarms', () => {
  it('exists without an e-mail address, and its name is an output', () => {
    expect(resources(quiet, 'AWS::SNS::Subscription')).toEqual([]);
    expect(quiet.template.findOutputs('AlarmTopic')).toEqual({
      AlarmTopic: { Value: { Ref: topicId } },
    });
  });

  it('tells the e-mail address, if there is one', () => {
    const heard = synthesized({ alarmEmail: 'lake@example.com' });
    heard.template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'lake@example.com',
      TopicArn: { Ref: topicId },
    });
  });

  it('is encrypted by a key that CloudWatch may use', () => {
    const [keyId, key] = only(quiet, 'AWS::KMS::Key');
    expect(resolved(topic.Properties.KmsMasterKeyId)).toBe(`arn:${keyId}`);
    const granted = statements(key.Properties.KeyPolicy).filter(
      ({ Principal }) => JSON.stringify(Principal) === JSON.stringify(cloudWatch),
    );
    expect(allows(granted, 'kms:Decrypt', '*')).toBe(true);
    expect(allows(granted, 'kms:GenerateDataKey', '*')).toBe(true);
  });

  it('lets alarms publish, which a topic with a policy of its own does not by itself', () => {
    const [, { Properties }] = only(quiet, 'AWS::SNS::TopicPolicy');
    const policy = statements(Properties.PolicyDocument);
    const allowing = policy.filter(({ Effect }) => Effect === 'Allow');
    expect(allowing).toEqual([
      expect.objectContaining({
        Principal: cloudWatch,
        Action: ['sns:Publish'],
        Resource: [topicId],
        Condition: {
          ArnLike: { 'aws:SourceArn': expect.stringMatching(/:cloudwatch:.*:alarm:\*$/) },
        },
      }),
    ]);
    expect(policy).toContainEqual(
      expect.objectContaining({
        Effect: 'Deny',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
  });
});
