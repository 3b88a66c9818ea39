package visit

// Screen names a screen. The names stand in reports and logs and hold nothing
// of the resident.
type Screen string

const (
	ScreenStart    Screen = "start"    // attract screen, wakes by touch, card or button
	ScreenHome     Screen = "home"     // services
	ScreenChoose   Screen = "choose"   // a step with tiles
	ScreenIdentify Screen = "identify" // ID card, or without
	ScreenNumber   Screen = "number"   // a step with the keypad
	ScreenConfirm  Screen = "confirm"  // everything at a glance
	ScreenSaving   Screen = "saving"   // until it is durable
	ScreenUnsaved  Screen = "unsaved"  // it could not be made durable
	ScreenSaved    Screen = "saved"    // 已保存, code, slip
	ScreenLookUp   Screen = "lookup"   // keypad for the ticket code, scanner on
	ScreenFinding  Screen = "finding"  // asking central
	ScreenProgress Screen = "progress" // status of a ticket
	ScreenCalling  Screen = "calling"  // 正在为您呼叫工作人员, over everything
	ScreenIdle     Screen = "idle"     // are you still there, over everything but a call

	ScreenList    Screen = "list"    // rows to choose from: activities, articles, notices, one's requests
	ScreenArticle Screen = "article" // something to read, page by page
	ScreenText    Screen = "text"    // own words by the pinyin keyboard, or digits
	ScreenHand    Screen = "hand"    // own words written with the finger
	ScreenRecord  Screen = "record"  // a voice note
	ScreenPhoto   Screen = "photo"   // a picture by the terminal's camera
	ScreenRating  Screen = "rating"  // stars
	ScreenManner  Screen = "manner"  // letters and voice, over the visit's own screen
)

// View is a screen as data: what it says and which controls it has. The UI
// places and draws it and decides nothing. Empty fields are not drawn.
type View struct {
	Screen Screen
	// Step is the catalogue's step id on choose, identify and number screens.
	Step string

	Title string // the one question or statement
	Hint  string // one or two sentences below it
	// Headline is very large: the status word, 已保存, the staff's answer.
	Headline string
	Tone     Tone
	Icon     string // picture beside title or headline

	Tiles  []Control // at most six
	Rows   []Row     // confirm page, progress
	Keypad *Keypad
	// Code is a ticket code in groups of four, drawn as large as fits.
	Code string
	// Notice is a line that must not be missed: what is not possible, what to do.
	Notice     string
	NoticeTone Tone
	// Track is the way of a request, on the progress screen.
	Track []Stage
	// Countdown is the number of seconds left, on the idle screen.
	Countdown int

	// Actions are the large buttons above the bar; the first is the main one.
	Actions []Control
	// Bar is the fixed bottom bar: back, replay, ease, help, in this order.
	Bar []Control

	// Items are rows to choose one of; Pager turns their pages.
	Items []Control
	// Pager is there when tiles, items, rows or paragraphs have several pages.
	Pager *Pager
	// Paragraphs are something to read, Source who says so and since when.
	Paragraphs []string
	Source     string
	// Link is shown as a QR code beside the paragraphs.
	Link     string
	Keyboard *Keyboard
	Pad      *Pad
	Meter    *Meter
	// Picture is a photo as JPEG.
	Picture []byte
	// Stars are the five of a rating, from one to five; those up to the chosen
	// one are Selected.
	Stars []Control

	Strip Strip
	// Manner is how it is to be drawn and spoken.
	Manner Manner
	// Prompt is what the voice says on this screen.
	Prompt Say
}

// Control is something to touch. ID is stable and holds nothing personal, e.g.
// "tile.water", "bar.help", "key.5", "confirm".
type Control struct {
	ID       string
	Label    string
	Detail   string
	Icon     string
	Event    Event
	Disabled bool
	Selected bool
}

// Row is a label and its value, with an optional control to change it.
type Row struct {
	Label string
	Value string
	Edit  *Control
}

// Keypad is what has been typed and the keys to type with.
type Keypad struct {
	Entry  string // as to be shown, grouped
	Blank  string // shown, pale, for the digits still missing: "____ ____"
	Suffix string // "号楼"
	Keys   []Control
	Erase  Control
}

// Tone colours a headline or notice; a symbol goes with it, never colour alone.
type Tone int

const (
	Calm Tone = iota
	Good
	Warning
	Trouble
)

// Stage is one stop on a request's way.
type Stage struct {
	Label   string
	Reached bool
	Current bool
}

// Strip is the narrow line at the top: the place's name, the time, and whether
// what was saved has been delivered.
type Strip struct {
	Place   string
	Clock   string // "14:05", empty when the clock was never set
	Link    string // "已连接", "网络不通，请求会先保存在本机"
	Online  bool
	Pending string // "待送达 2 件", "刚刚送达 1 件", or empty
}

// Pager turns pages; both controls stay in their place, disabled at the ends.
type Pager struct {
	Page, Pages    int // Page counts from 1
	Earlier, Later Control
}

// Keyboard is what was typed and the keys to type with.
type Keyboard struct {
	Text      string // the field
	Blank     string // shown, pale, while the field is empty
	Composing string // pinyin that is not a word yet
	// Candidates are words for what is composed, at most five; More turns to the
	// next ones and is there when there are any.
	Candidates []Control
	More       *Control
	Rows       [][]Control // letters or digits
	Tools      []Control   // switch, punctuation, blank; the last is erase
}

// Pad is a field for characters written with the finger. What is drawn on it
// comes back as Stroke events.
type Pad struct {
	Text       string
	Strokes    []Stroke // as they are to be drawn
	Candidates []Control
	More       *Control  // turns to the next candidates, when there are any
	Tools      []Control // clear, switch, erase
}

// Meter is the length of a voice note.
type Meter struct {
	Seconds, Limit int
	Running        bool
}
