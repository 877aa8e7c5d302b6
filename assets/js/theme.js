// Runs before the page is drawn: says that scripts run, and puts the reader's choice of theme and density in place.
// Without a choice the system's preference decides, in CSS alone.
const root = document.documentElement;
root.classList.add("js");

function cookie(name) {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found ? found.slice(name.length + 1) : "";
}

const theme = cookie("theme");
if (theme === "light" || theme === "dark") root.dataset.theme = theme;
if (cookie("rows") === "close") root.dataset.rows = "close";
