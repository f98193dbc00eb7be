// The clock goes on by itself, and a file that is too large is not sent in vain. The page is right without this.
(() => {
  const clock = document.getElementById("clock");
  if (clock) {
    new EventSource(clock.dataset.address).onmessage = (event) => {
      const [line, ends] = JSON.parse(event.data);
      clock.textContent = line;
      document.getElementById("ends").textContent = ends;
    };
  }
  for (const form of document.querySelectorAll("form[data-limit]")) {
    const file = form.querySelector("input[type=file]");
    file.addEventListener("change", () => {
      const large = file.files[0] && file.files[0].size > Number(form.dataset.limit);
      file.setCustomValidity(large ? form.dataset.tooLarge : "");
      file.reportValidity();
    });
  }
})();
