// The camera: its picture on the screen, small grey pictures for presence, and JPEGs for an attempt.

const WIDE = 1280;
const MOST_BYTES = 400_000;
const LOOK = { width: 64, height: 36 };

export class Camera {
  constructor(video) {
    this.video = video;
    this.small = new OffscreenCanvas(LOOK.width, LOOK.height).getContext("2d", { willReadFrequently: true });
    this.large = new OffscreenCanvas(WIDE, 720);
  }

  get sees() {
    return this.video.readyState >= 2 && this.video.srcObject?.active === true;
  }

  // Raises what getUserMedia does; a page that did not come by https has no camera at all.
  async open() {
    if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("", "NotFoundError");
    const wanted = { video: { width: { ideal: WIDE }, height: { ideal: 720 }, facingMode: "user" }, audio: false };
    this.video.srcObject = await navigator.mediaDevices.getUserMedia(wanted);
    await this.video.play();
  }

  // 64 x 36 greys; null where nothing is seen.
  grey() {
    if (!this.sees) return null;
    this.small.drawImage(this.video, 0, 0, LOOK.width, LOOK.height);
    const { data } = this.small.getImageData(0, 0, LOOK.width, LOOK.height);
    const grey = new Uint8Array(LOOK.width * LOOK.height);
    for (let i = 0; i < grey.length; i++) grey[i] = (2 * data[4 * i] + 5 * data[4 * i + 1] + data[4 * i + 2]) >> 3;
    return grey;
  }

  // What is before it now, not mirrored, as the site takes it.
  async frame() {
    const { videoWidth, videoHeight } = this.video;
    const shrink = Math.min(1, WIDE / Math.max(videoWidth, videoHeight));
    this.large.width = Math.max(1, Math.round(videoWidth * shrink));
    this.large.height = Math.max(1, Math.round(videoHeight * shrink));
    this.large.getContext("2d").drawImage(this.video, 0, 0, this.large.width, this.large.height);
    for (const quality of [0.88, 0.75, 0.6, 0.4]) {
      const blob = await this.large.convertToBlob({ type: "image/jpeg", quality });
      if (blob.size <= MOST_BYTES) return blob;
    }
    throw new DOMException("", "DataError");
  }
}
