// A dialog that takes pictures with the camera and hands each over as a file.

const FAULTS = { NotAllowedError: "cameraRefused", NotFoundError: "noCamera", OverconstrainedError: "noCamera", NotReadableError: "cameraBusy" };

export class Webcam {
  constructor(dialog, words, onPicture) {
    this.dialog = dialog;
    this.words = words;
    this.onPicture = onPicture;
    this.count = 0;
    this.video = dialog.querySelector("video");
    this.canvas = dialog.querySelector("canvas");
    this.message = dialog.querySelector(".webcam-message");
    this.buttons = Object.fromEntries(
      ["take", "use", "retake", "close"].map((name) => [name, dialog.querySelector(`[data-${name}]`)]),
    );
    this.buttons.take.addEventListener("click", () => this.take());
    this.buttons.use.addEventListener("click", () => this.use());
    this.buttons.retake.addEventListener("click", () => this.look());
    this.buttons.close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => this.stop());
  }

  async open() {
    this.dialog.showModal();
    this.buttons.take.disabled = true;
    this.look();
    this.tell("starting");
    if (!navigator.mediaDevices?.getUserMedia) return this.tell(window.isSecureContext ? "noCamera" : "insecure", true);
    try {
      const wanted = { video: { width: { ideal: 1280 }, height: { ideal: 960 }, facingMode: "user" }, audio: false };
      const stream = await navigator.mediaDevices.getUserMedia(wanted);
      if (!this.dialog.open) return stream.getTracks().forEach((track) => track.stop());
      this.video.srcObject = stream;
      await this.video.play();
      this.buttons.take.disabled = false;
      this.tell("ready");
      this.buttons.take.focus();
    } catch (fault) {
      this.tell(FAULTS[fault.name] ?? "noCamera", true);
    }
  }

  // The preview is mirrored as people know themselves; the picture that is stored is not.
  take() {
    this.canvas.width = this.video.videoWidth;
    this.canvas.height = this.video.videoHeight;
    this.canvas.getContext("2d").drawImage(this.video, 0, 0);
    this.show(true);
    this.tell("taken");
    this.buttons.use.focus();
  }

  use() {
    this.canvas.toBlob(
      (picture) => {
        this.count += 1;
        this.onPicture(new File([picture], `camera-${this.count}.jpg`, { type: "image/jpeg" }));
        this.dialog.close();
      },
      "image/jpeg",
      0.95,
    );
  }

  look() {
    this.show(false);
    this.tell("ready");
  }

  show(isTaken) {
    this.video.hidden = isTaken;
    this.canvas.hidden = !isTaken;
    this.buttons.take.hidden = isTaken;
    this.buttons.use.hidden = !isTaken;
    this.buttons.retake.hidden = !isTaken;
  }

  stop() {
    this.video.srcObject?.getTracks().forEach((track) => track.stop());
    this.video.srcObject = null;
  }

  tell(name, isWrong = false) {
    this.message.textContent = this.words[name];
    this.message.classList.toggle("is-wrong", isWrong);
  }
}
