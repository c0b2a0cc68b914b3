/** A line of the table: what was measured, beside what, and whether it is what docs/quality.md asks for. */
export type Row = { what: string; measured: string; yardstick: string; ratio: string; target: string; met: boolean };

/** A figure that is held against a number, not against a yardstick. */
export const plainRow = (what: string, measured: string, target: string, met: boolean): Row => ({
  what,
  measured,
  yardstick: '',
  ratio: '',
  target,
  met,
});

/** As columns, for a terminal. */
export const asTable = (rows: Row[]): string => {
  const cells = [
    ['what', 'measured', 'yardstick', 'ratio', 'target', ''],
    ...rows.map((row) => [row.what, row.measured, row.yardstick, row.ratio, row.target, row.met ? 'met' : 'MISSED']),
  ];
  const widths = [0, 1, 2, 3, 4, 5].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
