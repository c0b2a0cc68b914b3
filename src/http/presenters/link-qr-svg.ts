import type { QrPicture } from '../../parents/link-qr.ts';

/** A QR code as an SVG file, dark on white whatever the page's colours are, in the quiet zone that scanners need. */
export const qrSvg = ({ path, size }: QrPicture): string => {
  const side = size + 4;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 ${side} ${side}" shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M-2-2h${side}v${side}h-${side}z"/><path fill="#17203a" d="${path}"/></svg>\n`
  );
};
