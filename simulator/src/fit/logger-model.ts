import { nowhere, type Life } from "../cats/life.ts";
import { LocalPlane } from "../tracks/local-plane.ts";
import type { Random } from "../random.ts";
import { ReceiverError, type ReceiverParameters } from "../sky/receiver-model.ts";
import { TrackBuilder, type Track } from "../tracks/track.ts";

/**
 * What the recorded cats' loggers would have written of a life: bursts of fixes three minutes apart, two hours of sleep
 * between bursts, nothing indoors. Only for comparing invented cats with recorded ones on the same terms.
 */
export function logLife(
  life: Life,
  name: string,
  days: number,
  receiver: ReceiverParameters,
  random: Random,
): Track {
  const builder = new TrackBuilder(name);
  const error = new ReceiverError(receiver, random);
  const truth = nowhere();
  let at = life.startsAt;
  let burstLeftS = 0;
  let lastAt = at;
  while (at < life.startsAt + days * 86_400) {
    life.at(at, truth);
    if (truth.sky !== "none") {
      error.advance(at - lastAt, truth.sky);
      lastAt = at;
      const plane = new LocalPlane(truth.latDegrees, truth.lonDegrees);
      builder.add(at, plane.latDegreesAt(error.northM), plane.lonDegreesAt(error.eastM), NaN, false);
    }
    const stepS = random.chance(0.7) ? 187 : random.logNormal(420, 0.6);
    burstLeftS -= stepS;
    at += Math.round(stepS);
    if (burstLeftS > 0) continue;
    at += Math.round(random.exponential(4_200));
    burstLeftS = random.exponential(1_400);
    error.restart();
  }
  return builder.track();
}
