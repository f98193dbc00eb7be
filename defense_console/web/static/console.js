// Opens the terminal of the toolkit once its font is there, since it measures its cells only then, and gives it the keys.
(async () => {
  if (document.readyState !== "complete") await new Promise((loaded) => window.addEventListener("load", loaded));
  await Promise.all(["", "bold ", "italic "].map((style) => document.fonts.load(`${style}16px "Roboto Mono"`)));
  const focus = () => document.querySelector(".xterm-helper-textarea")?.focus();
  const terminal = document.createElement("script");
  terminal.src = "/toolkit/js/textual.js";
  terminal.onload = () => {
    window.onload(); // it waits for the page, which has been loaded by now
    focus();
  };
  document.head.append(terminal);
  document.addEventListener("mouseup", focus);
})();
