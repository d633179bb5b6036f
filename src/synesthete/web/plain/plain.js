"use strict";

const api = "/api/v1";
const at = (id) => document.getElementById(id);

async function ask(path, options) {
  const answer = await fetch(api + path, options);
  const body = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) {
    const { what, hint } = body.error;
    throw new Error(hint ? `${what}. ${hint}` : what);
  }
  return body;
}

function say(text) {
  at("note").textContent = text || "";
}

function play(track, start_s, request_id) {
  const player = at("player");
  player.src = `${api}/tracks/${track.id}/audio#t=${start_s || 0}`;
  player.play();
  at("playing").textContent = `${track.title} by ${track.artist}`;
  if (request_id) {
    const body = JSON.stringify({ request_id, track_id: track.id });
    ask("/clicks", { method: "POST", headers: { "Content-Type": "application/json" }, body }).catch((e) => say(e.message));
  }
}

function line(track, about, start_s, request_id) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "▶";
  button.setAttribute("aria-label", `Play ${track.title} by ${track.artist}`);
  button.disabled = !track.playable;
  button.addEventListener("click", () => play(track, start_s, request_id));
  const name = document.createElement("span");
  name.textContent = `${track.title} by ${track.artist}`;
  const small = document.createElement("small");
  small.textContent = about;
  item.append(button, name, small);
  return item;
}

function show(answer) {
  const heard = answer.recording;
  const where = heard && `This is ${heard.track.title} by ${heard.track.artist}, at ${Math.floor(heard.start_s)} s.`;
  say([where, answer.note].filter(Boolean).join(" "));
  at("results").replaceChildren(
    ...answer.results.map((r) => line(r.track, r.reason, r.moment && r.moment.start_s, answer.request_id)),
  );
}

async function send(file) {
  say("Listening …");
  const form = new FormData();
  form.append("file", file, file.name || "recording.webm");
  for (const name of ["start", "end"]) {
    if (at(name).value !== "") form.append(`${name}_s`, at(name).value);
  }
  try {
    show(await ask("/clips", { method: "POST", body: form }));
  } catch (error) {
    say(error.message);
  }
}

at("clip").addEventListener("submit", (event) => {
  event.preventDefault();
  const [file] = at("file").files;
  if (file) send(file);
  else say("Choose a file first, or record.");
});

at("record").addEventListener("click", async () => {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const recorder = new MediaRecorder(stream);
    const parts = [];
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("stop", () => {
      stream.getTracks().forEach((track) => track.stop());
      at("record").setAttribute("aria-pressed", "false");
      at("start").value = at("end").value = "";
      send(new File(parts, "recording", { type: recorder.mimeType }));
    });
    recorder.start();
    at("record").setAttribute("aria-pressed", "true");
    say("Recording …");
    setTimeout(() => recorder.stop(), 10_000);
  } catch (error) {
    say(`The microphone cannot be used (${error.message}).`);
  }
});

let latest = 0;
at("text").addEventListener("input", async () => {
  const text = at("text").value.trim();
  const mine = ++latest;
  if (!text) return;
  try {
    const found = await ask(`/search?n=20&text=${encodeURIComponent(text)}`);
    if (mine !== latest) return;
    say(found.tracks.length ? "" : "Nothing is called that.");
    at("results").replaceChildren(...found.tracks.map((t) => line(t, t.album || "", 0, null)));
  } catch (error) {
    say(error.message);
  }
});
at("search").addEventListener("submit", (event) => event.preventDefault());

ask("/status")
  .then((s) => {
    at("standing").textContent = `${s.tracks.analyzed} of ${s.tracks.found} tracks heard by ${s.encoder}.`;
  })
  .catch((error) => { at("standing").textContent = error.message; });
