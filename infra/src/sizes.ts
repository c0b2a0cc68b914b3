import { InstanceClass, InstanceSize, InstanceType } from 'aws-cdk-lib/aws-ec2';

/** How large an installation is. What a size costs a month: docs/aws.md. */
export type Size = {
  /** The fewest machines; one more is started during an update. */
  machines: { type: InstanceType; least: number; most: number };
  database: { type: InstanceType; storageGiB: number; mostStorageGiB: number; backupDays: number };
  /** Gateways to the internet: with one, the loss of its zone cuts the machines of the other zone off. */
  natGateways: number;
};

export type SizeName = 'school' | 'district';

/**
 * Machines are x86, as those that the tests run on. A machine runs a web process (600 MiB), a worker (600) and the face checkers of
 * both (600 each, docs/operations.md): 4 GiB is the least.
 */
export const sizes: Record<SizeName, Size> = {
  school: {
    machines: { type: InstanceType.of(InstanceClass.T3A, InstanceSize.MEDIUM), least: 1, most: 2 },
    database: {
      type: InstanceType.of(InstanceClass.T4G, InstanceSize.MICRO),
      storageGiB: 20,
      mostStorageGiB: 100,
      backupDays: 14,
    },
    natGateways: 1,
  },
  district: {
    machines: { type: InstanceType.of(InstanceClass.M7I, InstanceSize.LARGE), least: 2, most: 6 },
    database: {
      type: InstanceType.of(InstanceClass.M7G, InstanceSize.LARGE),
      storageGiB: 100,
      mostStorageGiB: 500,
      backupDays: 30,
    },
    natGateways: 2,
  },
};
