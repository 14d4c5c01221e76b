/** Standard normal values by the method of Box and Muller, from a seeded source of uniform ones. */
export function normalNoise(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
