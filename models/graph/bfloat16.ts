/**
 * The bits of each value as bfloat16 (the upper half of a float32), rounded to the nearest, to even where two are as near, as TensorFlow's Cast rounds. Not for NaN.
 */
export function toBfloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (each) => (each + 0x7fff + ((each >>> 16) & 1)) >>> 16);
}
