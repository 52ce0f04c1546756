// Whether somebody is before the camera, by small grey pictures compared with the empty room; they are forgotten at once.

const DIFFERENT = 22; // of 255, above the noise of a camera in poor light
const SOMEBODY = 0.1; // of the picture
const NOBODY = 0.05;
const LOOKS_TO_COME = 2;
const LOOKS_TO_GO = 10; // two seconds: people bend down and come up again
const FORGETS = 0.04; // at each look while idle, so that a moved chair and the evening become the room

export class Presence {
  constructor() {
    this.room = null;
    this.came = this.gone = 0;
    this.here = false;
  }

  // One look, five times a second: "somebody" as they come, "nobody" as they go, else null. While it is `idle` the room is
  // learnt. Who was not seen to come, as they stood there from the start, is not seen to go either.
  look(grey, idle) {
    if (this.room?.length !== grey.length) {
      this.room = Float32Array.from(grey);
      return null;
    }
    const share = this.different(grey);
    if (idle) this.learn(grey);
    this.came = share > SOMEBODY ? this.came + 1 : 0;
    this.gone = share < NOBODY ? this.gone + 1 : 0;
    if (this.came >= LOOKS_TO_COME) {
      const isNew = !this.here;
      this.here = true;
      return isNew ? "somebody" : null;
    }
    if (this.here && this.gone >= LOOKS_TO_GO) {
      this.here = false;
      return "nobody";
    }
    return null;
  }

  different(grey) {
    let count = 0;
    for (let i = 0; i < grey.length; i++) if (Math.abs(grey[i] - this.room[i]) > DIFFERENT) count++;
    return count / grey.length;
  }

  learn(grey) {
    for (let i = 0; i < grey.length; i++) this.room[i] += FORGETS * (grey[i] - this.room[i]);
  }
}
