/** Names on the map itself, for groups that have a place of their own. */
import { radiusOf, type Glass } from './draw';
import type { Home, Points } from './points';

export interface Named extends Home {
  name: string;
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** So many hidden points are as bad as any more. */
const CROWD = 300;

/** The larger group first. A name stands beside its group where it hides the fewest points, and never on another. */
export function nameGroups(
  pen: CanvasRenderingContext2D, glass: Glass, points: Points, groups: Named[], font: string, ink: string, halo: string,
): void {
  const { width, density } = glass;
  const line = (width / density < 600 ? 12.5 : 14) * density;
  pen.font = `600 ${line}px ${font}`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.lineJoin = 'round';
  const tools = { left: width - 64 * density, right: width, top: 0, bottom: 190 * density };
  const taken: Box[] = [tools];
  for (const { name, ...home } of groups) {
    const box = placeOf(glass, points, home, pen.measureText(name).width, line, taken);
    if (!box) continue;
    taken.push(box);
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    pen.strokeStyle = halo;
    pen.lineWidth = 4 * density;
    pen.strokeText(name, x, y);
    pen.fillStyle = ink;
    pen.fillText(name, x, y);
  }
}

function placeOf(glass: Glass, points: Points, home: Home, wide: number, line: number, taken: Box[]): Box | null {
  const { width, height } = glass;
  const radius = radiusOf(points, glass.view, width * height);
  const away = radius + 0.9 * line;
  const [x, y] = [glass.x(home.x), glass.y(home.y)];
  if (x < 0 || y < 0 || x > width || y > height) return null;
  const [left, right] = [glass.x(home.left) - away - wide / 2, glass.x(home.right) + away + wide / 2];
  const [top, bottom] = [glass.y(home.top) - away, glass.y(home.bottom) + away];
  let best: Box | null = null;
  let least = Infinity;
  for (const [cx, cy] of [[x, top], [x, bottom], [right, y], [left, y], [x, y]] as const) {
    const box = { left: cx - wide / 2, right: cx + wide / 2, top: cy - 0.6 * line, bottom: cy + 0.6 * line };
    if (box.left < 4 || box.top < 4 || box.right > width - 4 || box.bottom > height - 4) continue;
    if (taken.some((other) => box.left < other.right + line && other.left < box.right + line && box.top < other.bottom && other.top < box.bottom)) continue;
    const [low, high] = [glass.point(box.left - radius, box.top - radius), glass.point(box.right + radius, box.bottom + radius)];
    const hidden = points.within(low[0], low[1], high[0], high[1], CROWD);
    if (hidden < least) [least, best] = [hidden, box];
    if (!hidden) break;
  }
  return best;
}
