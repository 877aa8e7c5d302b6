// What the chosen plan costs in the chosen quantity. Without this each plan still says its own price.
import { each } from "./common.js";

function total(form) {
  const prices = JSON.parse(form.dataset.totalOf);
  const output = form.querySelector("[data-total]");
  const draw = () => {
    const cents = Math.round(Number(prices[form.elements.plan?.value]) * 100);
    const quantity = form.elements.quantity;
    const sum = (cents * quantity.valueAsNumber) / 100;
    const whole = quantity.checkValidity() && Number.isFinite(sum);
    output.value = whole ? `¥${sum.toLocaleString("en-US", { minimumFractionDigits: 2 })}` : "—";
  };
  form.addEventListener("input", draw);
  // A browser that comes back to the page keeps what was chosen.
  addEventListener("pageshow", draw);
  draw();
}

export function start() {
  each("form[data-total-of]", total);
}
