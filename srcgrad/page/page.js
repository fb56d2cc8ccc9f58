"use strict";
const linked = [...document.querySelectorAll("[data-link]")];
const adjoint = [...document.querySelectorAll("#adjoint .line")];
const tabs = [...document.querySelectorAll("[role=tab]")];
let pinned = null;
let at = -1;

const partners = (link) => linked.filter((line) => line.dataset.link === link);
const mark = (name, link) => {
  document.querySelectorAll("." + name).forEach((line) => line.classList.remove(name));
  if (link) partners(link).forEach((line) => line.classList.add(name));
};
const show = (line) => {
  const pane = line.closest(".pane");
  partners(line.dataset.link)
    .filter((other) => other.closest(".pane") !== pane)
    .slice(0, 1)
    .forEach((other) => other.scrollIntoView({ block: "nearest" }));
};
const pin = (line) => {
  pinned = line && line.dataset.link !== pinned ? line.dataset.link : null;
  mark("pinned", pinned);
  if (pinned) show(line);
};
for (const line of linked) {
  line.addEventListener("mouseenter", () => mark("near", line.dataset.link));
  line.addEventListener("mouseleave", () => mark("near", null));
  line.addEventListener("click", () => pin(line));
}

const go = (step) => {
  do at += step; while (adjoint[at] && !adjoint[at].dataset.link);
  at = Math.max(-1, Math.min(at, adjoint.length));
  document.querySelectorAll(".at").forEach((line) => line.classList.remove("at"));
  const line = adjoint[at];
  if (!line) return;
  line.classList.add("at");
  line.scrollIntoView({ block: "nearest" });
  mark("near", line.dataset.link);
  show(line);
};

const choose = (tab) => {
  for (const other of tabs) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", chosen);
    other.tabIndex = chosen ? 0 : -1;
    document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
  }
  tab.scrollIntoView({ block: "nearest", inline: "nearest" });
};
tabs.forEach((tab) => tab.addEventListener("click", () => choose(tab)));
const turn = (step) => {
  const now = tabs.findIndex((tab) => tab.getAttribute("aria-selected") === "true");
  const next = tabs[Math.max(0, Math.min(now + step, tabs.length - 1))];
  choose(next);
  next.focus();
};

const theme = () => {
  const root = document.documentElement;
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
};
document.getElementById("theme").addEventListener("click", theme);

const keys = {
  j: () => go(1), ArrowDown: () => go(1), k: () => go(-1), ArrowUp: () => go(-1),
  Enter: () => adjoint[at] && pin(adjoint[at]), Escape: () => pin(null),
  ArrowRight: () => turn(1), ArrowLeft: () => turn(-1), t: theme,
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
  if (event.key === "Enter" && event.target.closest("button")) return;
  keys[event.key]();
  event.preventDefault();
});
choose(document.getElementById("tab-source"));
