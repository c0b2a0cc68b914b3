import type { Command } from './command.ts';

export const doctorCommand: Command = {
  usage: 'doctor [--repair]',
  summary: 'holds the rows of photos and their files against each other: orphans / missing / damaged must be 0/0/0',
  options: { repair: { type: 'boolean' } },
  run: async ({ checkIntegrity }, given) => {
    const found = await checkIntegrity({ repair: given.values['repair'] === true });
    const { orphanFiles, rowsWithoutFile, checksumMismatches } = found;
    const sound = orphanFiles + rowsWithoutFile + checksumMismatches === 0;
    const counts = `${orphanFiles}/${rowsWithoutFile}/${checksumMismatches}`;
    const swept = found.swept > 0 ? `, ${found.swept} strays removed` : '';
    const which = [
      ...found.missing.map((id) => `missing: photo ${id}`),
      ...found.damaged.map((id) => `damaged: photo ${id}`),
    ];
    return {
      text: [`${found.photos} photos, orphans/missing/damaged ${counts}${swept}`, ...which].join('\n'),
      json: {
        photos: found.photos,
        orphan_files: orphanFiles,
        rows_without_file: rowsWithoutFile,
        checksum_mismatches: checksumMismatches,
        swept: found.swept,
        missing: found.missing,
        damaged: found.damaged,
      },
      exit: sound ? 0 : 1,
    };
  },
};
