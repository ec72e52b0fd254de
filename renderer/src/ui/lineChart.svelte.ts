import { untrack } from 'svelte';
import type { Attachment } from 'svelte/attachments';
import type uPlot from 'uplot';
import type { Chart } from './chart';

export interface LineChartOptions {
  /** The class of uPlot: the caller loads it, so that a window without charts does not. */
  readonly library: typeof uPlot;
  /** Read again whenever what it depends on changes; the number of lines stays. */
  readonly chart: () => Chart;
  readonly format: (value: number) => string;
  readonly formatX: (value: number) => string;
  /** Limits that the y axis never goes beyond. */
  readonly limits: readonly [low: number, high: number];
  /** A value that the y axis always shows: what hardly changes is not to look as if it did. */
  readonly always: number | null;
  /** Charts of one group show the same x under the pointer. */
  readonly group: string;
  /** Index of x under the pointer; null when it left. */
  readonly onPointed: (index: number | null) => void;
}

const FONT = '12px system-ui';

/** Draws a chart into an element, as large as the element, in the colours of the theme. */
export function lineChart(options: LineChartOptions): Attachment<HTMLElement> {
  return (element) => {
    const colours = new ThemeColours(element);
    const first = untrack(options.chart);
    const plot = new options.library(plotOptions(options, colours, first, sizeOf(element)), dataOf(first), element);
    $effect(() => {
      plot.setData(dataOf(options.chart()));
    });
    const sizes = new ResizeObserver(() => {
      plot.setSize(sizeOf(element));
    });
    sizes.observe(element);
    const stop = colours.follow(() => {
      plot.redraw();
    });
    return () => {
      stop();
      sizes.disconnect();
      plot.destroy();
    };
  };
}

function plotOptions(
  { format, formatX, limits, always, group, chart, onPointed }: LineChartOptions,
  colours: ThemeColours,
  { lines }: Chart,
  size: { width: number; height: number },
): uPlot.Options {
  const axis = {
    font: FONT,
    stroke: () => colours.of('--text-quiet'),
    grid: { stroke: () => colours.of('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    ...size,
    legend: { show: false },
    // To the right, half of a label of the x axis.
    padding: [18, 24, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false }, sync: { key: group } },
    scales: {
      x: { time: false },
      y: { range: (_plot, low, high) => within([low, high], always, limits) },
    },
    axes: [
      {
        ...axis,
        size: 28,
        values: (_plot, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? formatX(tick) : '')),
      },
      { ...axis, size: 56, values: (_plot, ticks) => ticks.map(format) },
    ],
    series: [
      {},
      ...lines.map(({ label, colour, width, dashed = false, dots = false }) => ({
        label,
        width,
        stroke: () => colours.of(colour),
        dash: dashed ? [6, 4] : [],
        spanGaps: true,
        points: { show: dots, size: 5, fill: () => colours.of(colour) },
      })),
    ],
    hooks: {
      draw: [
        (plot) => {
          drawMarks(plot, untrack(chart), colours.of('--text-quiet'));
        },
      ],
      setCursor: [
        ({ cursor }) => {
          onPointed(cursor.idx ?? null);
        },
      ],
    },
  };
}

/** A little air above and below the values, and none beyond what can be. Without values uPlot gives null. */
function within(
  [low, high]: readonly [number | null, number | null],
  always: number | null,
  [lowest, highest]: readonly [number, number],
): [number, number] {
  const [least, most] = [low ?? 0, high ?? 1];
  const [from, to] = [Math.min(least, always ?? least), Math.max(most, always ?? most)];
  const air = Math.max(1e-9, (to - from) * 0.06, Math.abs(to) * 0.01);
  return [Math.max(lowest, from - air), Math.min(highest, to + air)];
}

/** Each as a line with its label above the plot. */
function drawMarks(plot: uPlot, { marks }: Chart, colour: string): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = colour;
  ctx.lineWidth = scale;
  ctx.setLineDash([2 * scale, 3 * scale]);
  ctx.font = `${String(12 * scale)}px system-ui`;
  ctx.textBaseline = 'bottom';
  for (const { at, label } of marks) {
    const x = Math.round(plot.valToPos(at, 'x', true));
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const leftOfLine = x > bbox.left + bbox.width / 2;
    ctx.textAlign = leftOfLine ? 'right' : 'left';
    ctx.fillText(label, x + (leftOfLine ? 4 : -4) * scale, bbox.top - 2 * scale);
  }
  ctx.restore();
}

function dataOf({ x, lines }: Chart): uPlot.AlignedData {
  return [[...x], ...lines.map(({ values }) => [...values])];
}

function sizeOf(element: HTMLElement): { width: number; height: number } {
  return { width: element.clientWidth, height: element.clientHeight };
}

/** Colours of tokens.css as a canvas takes them, in the theme that holds now. */
class ThemeColours {
  readonly #probe: HTMLElement;
  readonly #known = new Map<string, string>();

  constructor(element: HTMLElement) {
    this.#probe = element.appendChild(document.createElement('span'));
    this.#probe.hidden = true;
  }

  of(token: string): string {
    const known = this.#known.get(token);
    if (known !== undefined) return known;
    this.#probe.style.color = `var(${token})`;
    const { color } = getComputedStyle(this.#probe);
    this.#known.set(token, color);
    return color;
  }

  /** Hears of a change of theme, by the system or in the settings; the function returned stops it. */
  follow(onChange: () => void): () => void {
    const changed = (): void => {
      this.#known.clear();
      onChange();
    };
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', changed);
    const settings = new MutationObserver(changed);
    settings.observe(document.documentElement, { attributeFilter: ['style'] });
    return () => {
      system.removeEventListener('change', changed);
      settings.disconnect();
    };
  }
}
