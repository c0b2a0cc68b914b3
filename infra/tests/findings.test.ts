import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { both } from './synthesised.ts';
import { makeRegistryStack } from '../src/registry-stack.ts';

const findingsIn = (scope: IConstruct): string[] =>
  new AwsSolutionsChecks()
    .validateScope(scope)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName}: ${constructPath}`),
    );

const registry = makeRegistryStack(new App());

for (const [name, stack] of Object.entries({ school: both.school.stack, district: both.district.stack, registry })) {
  test(`${name}: cdk-nag finds nothing that is not explained`, () => {
    assert.deepEqual(findingsIn(stack), []);
  });
}

test('a fault would be found', () => {
  const stack = new Stack(new App(), 'Faulty');
  new Bucket(stack, 'Open');
  assert.ok(findingsIn(stack).some((it) => it.startsWith('AwsSolutions-S10')));
});

test('each explanation is a sentence and explains something: without it there would be a finding', () => {
  const explained: [construct: IConstruct, id: string, reason: string][] = [];
  for (const construct of both.school.stack.node.findAll())
    for (const { type, data } of construct.node.metadata)
      if (type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        for (const [id, reason] of Object.entries(data as Record<string, string>)) {
          const rule = /AwsSolutions-.*/.exec(id)?.[0]; // CDK itself explains some of its own
          if (rule !== undefined) explained.push([construct, rule, String(reason)]);
        }
  assert.ok(explained.length > 5);

  const key = Validations.ACKNOWLEDGED_RULES_METADATA_KEY;
  for (const [construct, id, reason] of explained) {
    assert.ok(/^[A-Z].{30,}\.$/s.test(reason), `${id}: ${reason}`);
    const all = construct.node.metadata;
    const mark = Object.getOwnPropertyDescriptor(construct.node, 'metadata');
    Object.defineProperty(construct.node, 'metadata', {
      value: all.filter(({ type }) => type !== key),
      configurable: true,
    });
    const found = findingsIn(construct).map((it) => it.split(': ')[0]);
    if (mark) Object.defineProperty(construct.node, 'metadata', mark);
    else delete (construct.node as { metadata?: unknown }).metadata;
    assert.ok(found.includes(id), `${id} on ${construct.node.path} explains nothing`);
  }
});
