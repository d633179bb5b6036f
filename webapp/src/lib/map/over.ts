/** What lies over the points: names of groups, rings, threads to true neighbors, the lasso and the keyboard's aim. */
import { radiusOf, type Glass } from './draw';
import { nameGroups, type Named } from './names';
import type { Points } from './points';

export interface Over {
  points: Points;
  dark: boolean;
  font: string;
  groups: Named[];
  /** Indexes of points; -1 where there is none. */
  hovered: number;
  near: number[];
  playing: number;
  /** x, y pairs in the points' own units. */
  lasso: number[];
  aimed: boolean;
}

export function drawOver(pen: CanvasRenderingContext2D, glass: Glass, over: Over): void {
  const { points, dark, hovered } = over;
  const { width, height, density } = glass;
  const ink = dark ? '#ffffff' : '#17131f';
  const ring = (i: number, extra: number, style: string) => {
    pen.strokeStyle = style;
    pen.lineWidth = 2 * density;
    pen.beginPath();
    pen.arc(glass.x(points.xs[i]!), glass.y(points.ys[i]!), radiusOf(points, glass.view, width * height) + extra * density, 0, 7);
    pen.stroke();
  };

  pen.clearRect(0, 0, width, height);
  if (hovered < 0) {
    const halo = dark ? 'rgba(12,10,18,0.85)' : 'rgba(246,244,250,0.9)';
    nameGroups(pen, glass, points, over.groups, over.font, ink, halo);
  } else {
    threads(pen, glass, over);
    for (const i of over.near) ring(i, 2, ink);
    ring(hovered, 3, ink);
  }
  if (over.playing >= 0) ring(over.playing, 7, dark ? '#ff77a8' : '#b3156b');
  if (over.lasso.length > 3) loop(pen, glass, over.lasso);
  if (over.aimed) {
    pen.strokeStyle = ink;
    pen.lineWidth = density;
    pen.strokeRect(width / 2 - 12 * density, height / 2 - 12 * density, 24 * density, 24 * density);
  }
}

function threads(pen: CanvasRenderingContext2D, glass: Glass, { points, dark, hovered, near }: Over): void {
  pen.strokeStyle = dark ? 'rgba(255,255,255,0.4)' : 'rgba(30,10,50,0.4)';
  pen.lineWidth = glass.density;
  for (const i of near) {
    pen.beginPath();
    pen.moveTo(glass.x(points.xs[hovered]!), glass.y(points.ys[hovered]!));
    pen.lineTo(glass.x(points.xs[i]!), glass.y(points.ys[i]!));
    pen.stroke();
  }
}

function loop(pen: CanvasRenderingContext2D, glass: Glass, lasso: number[]): void {
  pen.beginPath();
  for (let i = 0; i < lasso.length; i += 2) pen.lineTo(glass.x(lasso[i]!), glass.y(lasso[i + 1]!));
  pen.closePath();
  pen.fillStyle = 'rgba(224,64,143,0.16)';
  pen.fill();
  pen.strokeStyle = '#e0408f';
  pen.lineWidth = 2 * glass.density;
  pen.stroke();
}
