// Draws static/icons.svg, the sprite of the icons that pages use, from Lucide. Add a name here, then `npm run build:icons`.
import { readFileSync, writeFileSync } from "node:fs";

const NAMES = `
activity archive arrow-down arrow-left arrow-right arrow-up arrow-up-down badge-check badge-percent ban bell book-open
bot box briefcase building building-2 calendar calendar-clock chart-bar chart-column chart-line check chevron-down chevron-left
chevron-right chevron-up circle circle-alert circle-check circle-dot circle-help circle-user-round circle-x clipboard-check
clipboard-list clock cloud code coins copy credit-card database disc door-open download ellipsis eye external-link file-check
file-clock file-spreadsheet file-text files filter flag flask-conical folder gauge gavel gift git-compare globe graduation-cap
grip-vertical handshake hard-drive headset history hourglass house id-card image inbox info key key-round landmark
languages layers layers-2 layout layout-grid life-buoy link list list-checks lock log-in log-out mail map-pin megaphone
menu message-circle messages-square minus monitor moon network package package-check package-x paperclip pause pencil
percent phone plane play plug plus qr-code receipt receipt-text refresh-cw repeat reply rotate-ccw rows-3 save scale
scroll-text search send server settings shield shield-alert shield-check shield-off shopping-cart sliders-horizontal
smartphone snowflake square-pen star stamp store sun tag tags terminal thumbs-up ticket timer trash-2 trending-down
trending-up triangle-alert truck undo-2 unlock upload user user-check user-plus users-round wallet webhook wrench x zap
`.trim().split(/\s+/);

const symbols = [];
const missing = [];
for (const name of [...new Set(NAMES)].sort()) {
  let source;
  try {
    source = readFileSync(`node_modules/lucide-static/icons/${name}.svg`, "utf8");
  } catch {
    missing.push(name);
    continue;
  }
  const drawing = source
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/^[\s\S]*?<svg[^>]*>/, "")
    .replace(/<\/svg>\s*$/, "")
    .replace(/\s+/g, " ")
    .replace(/> </g, "><")
    .trim();
  symbols.push(`<symbol id="${name}" viewBox="0 0 24 24">${drawing}</symbol>`);
}
if (missing.length) {
  console.error(`Lucide has no icon called: ${missing.join(", ")}`);
  process.exit(1);
}
writeFileSync("static/icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);
