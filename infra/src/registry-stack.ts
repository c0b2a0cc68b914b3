import { RemovalPolicy, Stack, type App } from 'aws-cdk-lib';
import { Repository, TagMutability } from 'aws-cdk-lib/aws-ecr';

export const REPOSITORY = 'parent-onboarding';

/** Images that can be gone back to: a version has two, the service and nginx. */
const KEPT_IMAGES = 40;

/** Where the images wait; deployed before the first image is pushed. One for all installations of an account and region. */
export const makeRegistryStack = (app: App): Stack => {
  const stack = new Stack(app, 'OnboardingRegistry', {
    description: 'Parent Onboarding Service: the images',
  });
  new Repository(stack, 'Images', {
    repositoryName: REPOSITORY,
    imageScanOnPush: true,
    imageTagMutability: TagMutability.IMMUTABLE, // a version means the same bytes for ever
    lifecycleRules: [{ maxImageCount: KEPT_IMAGES }],
    removalPolicy: RemovalPolicy.RETAIN,
  });
  return stack;
};
