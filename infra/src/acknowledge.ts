import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Says of findings of cdk-nag on this construct, by their ids, why they stand. */
export const acknowledge = (construct: IConstruct, reasons: Record<string, string>): void => {
  for (const [id, reason] of Object.entries(reasons)) Validations.of(construct).acknowledge({ id, reason });
};
