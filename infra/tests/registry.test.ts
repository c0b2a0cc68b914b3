import { test } from 'node:test';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { makeRegistryStack } from '../src/registry-stack.ts';

test('a version of an image stays what it is, is looked at for holes, and outlives the stack', () => {
  Template.fromStack(makeRegistryStack(new App())).hasResource('AWS::ECR::Repository', {
    DeletionPolicy: 'Retain',
    Properties: {
      RepositoryName: 'parent-onboarding',
      ImageTagMutability: 'IMMUTABLE',
      ImageScanningConfiguration: { ScanOnPush: true },
    },
  });
});
