// Countdown chips go on by themselves: text every half minute, colour when the time comes.
import { say } from "./common.js";

const TONES = ["countdown-calm", "countdown-warning", "countdown-late"];

export function length(milliseconds) {
  const minutes = Math.floor(Math.abs(milliseconds) / 60000);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const parts = [];
  if (days) parts.push(say("days", { n: days }));
  if (hours && days < 10) parts.push(say("hours", { n: hours }));
  if (minutes % 60 && !days) parts.push(say("minutes", { n: minutes % 60 }));
  return parts.join(" ") || say("moment");
}

function tick() {
  const now = Date.now();
  document.querySelectorAll("[data-countdown]").forEach((chip) => {
    const left = Date.parse(chip.dataset.countdown) - now;
    const warns = now >= Date.parse(chip.dataset.warn);
    const tone = left <= 0 ? TONES[2] : warns ? TONES[1] : TONES[0];
    chip.classList.remove(...TONES);
    chip.classList.add(tone);
    chip.querySelector("[data-countdown-text]").textContent = say(left <= 0 ? "late" : "left", { time: length(left) });
  });
}

export function start() {
  setInterval(tick, 30000);
}
