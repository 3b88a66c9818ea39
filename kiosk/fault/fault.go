// Package fault holds the codes by which a terminal tells what is wrong with it.
//
// The codes are a contract: they are printed on readiness slips, shown on
// central's fleet page and written down by technicians, so the list is
// append-only. A code is never renamed, reused or removed; a test compares it
// with the list as published.
package fault

// Code names one kind of fault. The empty Code means that nothing is wrong.
type Code string

// The published codes, in the order in which they were added.
const (
	None            Code = ""
	Unplugged       Code = "unplugged"        // the device's port is not there
	PortBusy        Code = "port_busy"        // another program holds the port
	NoAnswer        Code = "no_answer"        // the port opens, the device is silent
	BadChecksum     Code = "bad_checksum"     // answers arrive damaged
	SAMSelfTest     Code = "sam_selftest"     // the ID reader's security module failed its self-test
	SAMUnauthorised Code = "sam_unauthorised" // the security module is not authorised
	PaperNearEnd    Code = "paper_near_end"   // paper for a few slips only
	PaperOut        Code = "paper_out"        // no paper
	CoverOpen       Code = "cover_open"       // the printer's cover is open
	Cutter          Code = "cutter"           // the cutter is stuck
	HeadHot         Code = "head_hot"         // the print head is cooling down
	PrintUnknown    Code = "print_unknown"    // nothing tells whether the last slip was printed
	ButtonStuck     Code = "button_stuck"     // the call button reads pressed for too long
	Undervoltage    Code = "undervoltage"     // the power supply is too weak
	Overtemp        Code = "overtemp"         // the board is too hot
	FSReadOnly      Code = "fs_readonly"      // the data partition became read-only
	ClockUnset      Code = "clock_unset"      // the clock was never set
	QueueMissing    Code = "queue_missing"    // the request queue is not where it was
	QueueDamaged    Code = "queue_damaged"    // the request queue cannot be read
	QueueFull       Code = "queue_full"       // the data partition has no room
	ConfigInvalid   Code = "config_invalid"   // the configuration file has a mistake
	SoundMissing    Code = "sound_missing"    // no sound card, or it was lost
	CentralRefused  Code = "central_refused"  // central answers, but does not accept this terminal
	FontMissing     Code = "font_missing"     // rare characters cannot be shown
	QueueBusy       Code = "queue_busy"       // another kiosk process has the queue open
	DeviceFailed    Code = "device_failed"    // the device answers that it failed, with no better code
	NoCentral       Code = "no_central"       // central does not answer
	StorageErrors   Code = "storage_errors"   // the file system found damage
	StorageWorn     Code = "storage_worn"     // the card is near the end of its life
	StorageLow      Code = "storage_low"      // the data partition will soon be full
	CardUnreadable  Code = "card_unreadable"  // a card lies on the reader and cannot be read
	NothingHeard    Code = "nothing_heard"    // a voice note holds only silence
	ContentInvalid  Code = "content_invalid"  // a file of the community's content has a mistake
	DocumentRefused Code = "document_refused" // central offers a document that cannot be taken
	NotEnrolled     Code = "not_enrolled"     // this machine has no identity, and no code to get one
	CodeRefused     Code = "code_refused"     // central does not know the one-time code
	CodeUsed        Code = "code_used"        // the one-time code was used by another machine
	CodeExpired     Code = "code_expired"     // the one-time code is too old
	NumberMismatch  Code = "number_mismatch"  // the terminal's number is not that of its code or identity
	Revoked         Code = "revoked"          // central has revoked this terminal
	IdentityDamaged Code = "identity_damaged" // the file with the terminal's identity cannot be read
	CentralForeign  Code = "central_foreign"  // what answers at central's address is not this terminal's central
	EnrolWaiting    Code = "enrol_waiting"    // the terminal has a code, and central cannot be reached yet
	UpdateRefused   Code = "update_refused"   // the bundle is not signed for this terminal, damaged, or older than what runs
	UpdateFailed    Code = "update_failed"    // the installation of an update broke off
	UpdateUndone    Code = "update_undone"    // a new version did not pass its self-test, and the old one is back
	CrashLoop       Code = "crash_loop"       // the program ended too often in a short time
	NotPainting     Code = "not_painting"     // the window has stopped painting
	NetworkRefused  Code = "network_refused"  // the Wi-Fi network does not take the password, or the address does not work
	NetworkMissing  Code = "network_missing"  // no cable, and the Wi-Fi network is not within reach
	StickMissing    Code = "stick_missing"    // no memory stick is plugged in, or it cannot be read
	StickFull       Code = "stick_full"       // the memory stick has no room
	ApplianceFailed Code = "appliance_failed" // the service that looks after the computer does not do what it was asked
)

// Severity says what a fault means for the resident in front of the terminal.
type Severity int

const (
	// Notice: the service goes on; somebody should look at it soon.
	Notice Severity = iota + 1
	// Degraded: one thing is not possible, and the screen says which.
	Degraded
	// Fatal: the terminal cannot take requests.
	Fatal
)

// Entry is one row of the published list.
type Entry struct {
	Code     Code
	Severity Severity
	// Meaning and Cure are what a technician reads, in Simplified Chinese.
	Meaning string
	Cure    string
}

// List is the published table, in order of publication.
var List = []Entry{
	{Unplugged, Degraded, "设备未接上", "检查数据线和电源；插好后几秒内自动恢复"},
	{PortBusy, Degraded, "端口被别的程序占用", "关闭占用该端口的程序，或在 kiosk.toml 里改端口"},
	{NoAnswer, Degraded, "设备没有应答", "检查电源、波特率（kiosk.toml）；拔插一次"},
	{BadChecksum, Degraded, "通信数据有误", "换一根短的屏蔽线；远离电源线"},
	{SAMSelfTest, Degraded, "身份证模块自检失败", "断电一分钟后再试；仍失败请更换读卡器"},
	{SAMUnauthorised, Degraded, "身份证模块未授权", "联系读卡器供应商"},
	{PaperNearEnd, Notice, "打印纸快用完", "准备换纸"},
	{PaperOut, Degraded, "缺纸", "换上新纸卷，热敏面朝外"},
	{CoverOpen, Degraded, "打印机盖未关", "关好上盖，听到咔嗒声"},
	{Cutter, Degraded, "切刀卡住", "断电，打开上盖，取出卡纸，再合上"},
	{HeadHot, Notice, "打印头过热", "等待几分钟，会自动恢复"},
	{PrintUnknown, Notice, "不能确定小票是否打出", "看一眼出纸口；打印机应支持打印完成应答"},
	{ButtonStuck, Degraded, "呼叫按钮一直按下", "检查按钮是否卡住、接线是否短路"},
	{Undervoltage, Notice, "供电不足", "换用原装电源和短线"},
	{Overtemp, Notice, "主板过热", "检查通风口"},
	{FSReadOnly, Fatal, "数据分区变成只读", "更换存储卡；先导出未送达的请求"},
	{ClockUnset, Notice, "时钟没有校准", "接上网络，会自动校时"},
	{QueueMissing, Fatal, "找不到请求数据库", "检查数据分区；新机器请运行 kioskctl queue create"},
	{QueueDamaged, Fatal, "请求数据库损坏", "不要删除文件；运行 kioskctl queue check 并联系支持"},
	{QueueFull, Fatal, "数据分区已满", "接上网络让请求送达；清理数据分区"},
	{ConfigInvalid, Fatal, "配置文件有错误", "按屏幕上的行号修改 kiosk.toml，改好后几秒内自动恢复"},
	{SoundMissing, Degraded, "没有声音设备", "检查音箱接线"},
	{CentralRefused, Degraded, "中心不接受本机", "核对 kiosk.toml 里的编号和密钥"},
	{FontMissing, Notice, "缺少生僻字字体", "安装 fonts-noto-cjk 和 fonts-hanazono"},
	{QueueBusy, Fatal, "请求数据库被另一个程序占用", "关闭另一个 kiosk 程序；没有的话，拔电源再插上"},
	{DeviceFailed, Degraded, "设备报告出错", "断电一分钟后再试；仍失败请更换设备"},
	{NoCentral, Degraded, "连不上中心", "检查网线和网络；办事照常，请求先保存在本机"},
	{StorageErrors, Notice, "存储卡出现错误", "请求送达后更换存储卡"},
	{StorageWorn, Notice, "存储卡寿命将尽", "请求送达后更换存储卡"},
	{StorageLow, Notice, "数据分区快满了", "接上网络让请求送达；清理数据分区"},
	{CardUnreadable, Notice, "有卡，但读不出", "请居民把卡放平再试；每张卡都这样请更换读卡器"},
	{NothingHeard, Notice, "录音里没有声音", "请居民靠近再说；每次都这样请检查麦克风是否静音、音量是否太小"},
	{ContentInvalid, Notice, "社区内容文件有错误", "运行 kioskctl config check，按提示修改；改好之前使用内置内容"},
	{DocumentRefused, Notice, "中心下发的内容不能用", "继续使用原来的内容；请在中心运行 central document list，重新发布"},
	{NotEnrolled, Fatal, "本机还没有登记", "在中心运行 central kiosk add，把打印出的 [central] 一段（含 code）写进 kiosk.toml"},
	{CodeRefused, Fatal, "中心不认识这个登记码", "核对 kiosk.toml 里的 code 和 address；或运行 central kiosk add --renew 换一个新码"},
	{CodeUsed, Fatal, "登记码已经用过", "运行 central kiosk add --renew，把新码写进 kiosk.toml"},
	{CodeExpired, Fatal, "登记码已过期", "运行 central kiosk add --renew，把新码写进 kiosk.toml"},
	{NumberMismatch, Fatal, "编号和登记的不一致", "kiosk.toml 里的 number 要和登记码的编号相同；换编号请用新的登记码"},
	{Revoked, Fatal, "本机已被中心停用", "确认后运行 central kiosk add --renew，把新码写进 kiosk.toml"},
	{IdentityDamaged, Fatal, "本机的身份文件损坏", "运行 central kiosk add --renew，把新码写进 kiosk.toml；未送达的请求不会丢"},
	{CentralForeign, Degraded, "应答的不是本机的中心", "核对 kiosk.toml 里的 address；检查网络是否要求登录网页；中心换过密钥要重新登记"},
	{EnrolWaiting, Fatal, "等待登记，连不上中心", "检查网线、网络和 kiosk.toml 里的 address；连上后自动登记"},
	{UpdateRefused, Notice, "更新包不能用", "更新包签名不对、损坏、太旧或不是本机型的；请重新取一份；继续使用现在的版本"},
	{UpdateFailed, Notice, "更新没有装完", "继续使用现在的版本；会自动再试；多次失败请检查存储卡"},
	{UpdateUndone, Notice, "新版本没有通过自检，已退回旧版本", "照常使用；把故障代码告诉支持人员；不要再装这个版本"},
	{CrashLoop, Fatal, "程序多次异常退出", "断电一分钟后再开；仍这样请扫屏幕上的二维码联系支持"},
	{NotPainting, Fatal, "屏幕停止刷新", "会自动重新启动；反复出现请检查屏幕接线和供电"},
	{NetworkRefused, Degraded, "连不上网络", "核对网络名称和密码；固定地址请核对网关"},
	{NetworkMissing, Degraded, "没有网络", "插好网线，或检查无线网络是否在范围内"},
	{StickMissing, Notice, "没有可用的 U 盘", "插上 FAT32 或 exFAT 格式的 U 盘再试"},
	{StickFull, Notice, "U 盘空间不够", "换一个 U 盘，或清理后再试"},
	{ApplianceFailed, Degraded, "系统服务没有完成", "重新启动；仍失败请导出日志联系支持"},
}

// Find returns the published row of a code.
func Find(code Code) (Entry, bool) {
	for _, e := range List {
		if e.Code == code {
			return e, true
		}
	}
	return Entry{}, false
}
