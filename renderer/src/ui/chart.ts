/** A line over the chart's x; `null` where it has no point. */
export interface ChartLine {
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** Name of a colour of tokens.css, such as `--accent`. */
  readonly colour: string;
  /** Pixels. */
  readonly width: number;
  readonly dashed?: boolean;
  /** Draws a dot at every value. */
  readonly dots?: boolean;
}

/** A place on the x axis worth seeing. */
export interface ChartMark {
  readonly at: number;
  readonly label: string;
}

/** What a chart shows; every line has a value (or null) for each x. */
export interface Chart {
  /** Ascending. */
  readonly x: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly marks: readonly ChartMark[];
}
