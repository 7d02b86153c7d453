// Who is signed in and as which profile; kept over reloads.

const key = "matinee.session";
let state = JSON.parse(localStorage.getItem(key) ?? "null") ?? {};

export const session = {
  get accessToken() { return state.accessToken; },
  get refreshToken() { return state.refreshToken; },
  get profile() { return state.profile; },
  get isOperator() { return state.role === "operator"; },
  get isSignedIn() { return Boolean(state.refreshToken); },

  signIn(answer) { save({ accessToken: answer.accessToken, refreshToken: answer.refreshToken, role: answer.account.role }); },
  rotate(answer) { save({ ...state, accessToken: answer.accessToken, refreshToken: answer.refreshToken }); },
  /** What `PUT /v1/sessions/current/profile` answered: the token before it is worth less now. */
  use({ profile, accessToken }) {
    save({ ...state, accessToken, profile: profile && { id: profile.id, name: profile.name, kids: profile.kids } });
  },
  leaveProfile() { save({ ...state, profile: undefined }); },
  signOut() { state = {}; localStorage.removeItem(key); },
};

function save(next) {
  state = next;
  localStorage.setItem(key, JSON.stringify(next));
}

// Another tab signed in, out, or rotated the tokens.
addEventListener("storage", (event) => {
  if (event.key === key) state = JSON.parse(event.newValue ?? "null") ?? {};
});
