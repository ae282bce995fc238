package steps_test

import (
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/checks/checkstest"
)

// sample is what a console of some language shows after the command of a check,
// and what that proves.
type sample struct {
	id       checks.ID
	language string
	host     string
	body     string
	want     checks.Status
	cause    checks.CauseID
	// line is part of the line that convinces.
	line string
}

func (s sample) text() string {
	return checkstest.Printed(s.host, checkstest.Now().Add(-time.Hour), s.body)
}

const (
	qlikAccount = "CN=svc-qlik,OU=Service Accounts,DC=contoso,DC=test"
	strangerDN  = "CN=svc-intranet,CN=Users,DC=contoso,DC=test"
)

// words are what Windows of one language says around names and numbers.
type words struct {
	forest, found, notFound, processing, count string // setspn
	logon, got, cached, client, server, kind   string // klist
	flags, failed                              string
	name, state, start, account, done, nothing string // sc
	missing                                    string // reg
	channel, completed                         string // nltest
	tracking, collecting, now                  string // w32tm
	direct, proxy                              string // netsh
}

// languages are those that are played: English, German, French with the narrow
// spaces before its colons, Spanish, and Japanese with wide ones.
func languages() map[string]words {
	return map[string]words{
		"en": {
			forest: "Checking forest DC=contoso,DC=test", found: "Existing SPN found!", notFound: "No such SPN found.", processing: "Processing entry 0", count: "found %d group of duplicate SPNs.",
			logon: "Current LogonId is 0:0x3e7a1", got: "A ticket to HTTP/sense.contoso.test has been retrieved successfully.", cached: "Cached Tickets: (1)", client: "Client:", server: "Server:", kind: "KerbTicket Encryption Type:",
			flags: "Ticket Flags", failed: "klist failed with",
			name: "SERVICE_NAME:", state: "STATE              :", start: "START_TYPE         :", account: "SERVICE_START_NAME :", done: "SUCCESS", nothing: "FAILED 1060:",
			missing: "ERROR: The system was unable to find the specified registry key or value.",
			channel: "Trusted DC Connection Status Status =", completed: "The command completed successfully",
			tracking: "Tracking contoso.test [10.0.0.1:123].", collecting: "Collecting 1 samples.", now: "The current time is 21/11/2026 14:00:00.",
			direct: "    Direct access (no proxy server).", proxy: "    Proxy Server(s) :  proxy.contoso.test:8080",
		},
		"de": {
			forest: "Gesamtstruktur DC=contoso,DC=test wird überprüft", found: "Vorhandener SPN wurde gefunden.", notFound: "Dieser SPN wurde nicht gefunden.", processing: "Eintrag 0 wird verarbeitet", count: "%d Gruppe von doppelten SPNs gefunden.",
			logon: "Aktuelle Anmelde-ID ist 0:0x3e7a1", got: "Ein Ticket für HTTP/sense.contoso.test wurde erfolgreich abgerufen.", cached: "Zwischengespeicherte Tickets: (1)", client: "Client:", server: "Server:", kind: "KerbTicket (Verschlüsselungstyp):",
			flags: "Ticketkennzeichen", failed: "klist-Fehler",
			name: "SERVICE_NAME:", state: "STATE              :", start: "START_TYPE         :", account: "SERVICE_START_NAME :", done: "ERFOLG", nothing: "FEHLER 1060:",
			missing: "FEHLER: Der angegebene Registrierungsschlüssel bzw. Wert wurde nicht gefunden.",
			channel: "Verbindungsstatus des vertrauenswürdigen Domänencontrollers Status =", completed: "Der Befehl wurde ausgeführt.",
			tracking: "contoso.test wird verfolgt [10.0.0.1:123].", collecting: "1 Proben werden gesammelt.", now: "Es ist 21.11.2026 14:00:00.",
			direct: "    Direktzugriff (kein Proxyserver).", proxy: "    Proxyserver:  proxy.contoso.test:8080",
		},
		"fr": {
			forest: "Vérification de la forêt DC=contoso,DC=test", found: "SPN existent trouvé\u00a0!", notFound: "SPN introuvable.", processing: "Traitement de l'entrée 0", count: "%d groupe de SPN en double trouvé.",
			logon: "L'ID de session est 0:0x3e7a1", got: "Un ticket pour HTTP/sense.contoso.test a été récupéré.", cached: "Tickets mis en cache\u00a0: (1)", client: "Client\u00a0:", server: "Serveur\u00a0:", kind: "Type de chiffrement KerbTicket\u00a0:",
			flags: "Indicates de tickets", failed: "Échec de klist avec",
			name: "SERVICE_NAME:", state: "STATE              :", start: "START_TYPE         :", account: "SERVICE_START_NAME :", done: "réussite(s)", nothing: "échec(s) 1060\u00a0:",
			missing: "ERREUR\u00a0: le système n'a pas trouvé la clé ou la valeur de Registre spécifiée.",
			channel: "État de la connexion du contrôleur de domaine approuvé Status =", completed: "La commande a été correctement exécutée",
			tracking: "Suivi de contoso.test [10.0.0.1:123].", collecting: "Collective de 1 échantillons.", now: "Il est 21/11/2026 14:00:00.",
			direct: "    Accès direct (sans serveur proxy).", proxy: "    Serveur(s) proxy\u00a0:  proxy.contoso.test:8080",
		},
		"es": {
			forest: "Comprobando bosque DC=contoso,DC=test", found: "Se encontró un SPN existente.", notFound: "No se encontró este SPN.", processing: "Procesando entrada 0", count: "se encontraron %d grupos de SPN duplicados.",
			logon: "El id. de inicio de sesión actual es 0:0x3e7a1", got: "Se recuperó un vale para HTTP/sense.contoso.test.", cached: "Vales almacenados en caché: (1)", client: "Cliente:", server: "Servidor:", kind: "Tipo de cifrado de vale Kerberos:",
			flags: "Marcas de vale", failed: "Error de klist:",
			name: "NOMBRE_SERVICIO:", state: "ESTADO             :", start: "TIPO_INICIO        :", account: "NOMBRE_INICIO_SERVICIO:", done: "CORRECTO", nothing: "ERROR 1060:",
			missing: "ERROR: El sistema no pudo encontrar la clave o el valor del Registro especificados.",
			channel: "Estado de la conexión del DC de confianza Status =", completed: "El commando se completó correctamente",
			tracking: "Seguimiento de contoso.test [10.0.0.1:123].", collecting: "Recopilando 1 muestras.", now: "La hora actual es 21/11/2026 14:00:00.",
			direct: "    Acceso directo (sin servidor proxy).", proxy: "    Servidores proxy:  proxy.contoso.test:8080",
		},
		"ja": {
			forest: "フォレスト DC=contoso,DC=test を確認しています", found: "既存の SPN が見つかりました。", notFound: "そのような SPN は見つかりませんでした。", processing: "エントリ 0 を処理しています", count: "%d グループの重複した SPN が見つかりました。",
			logon: "現在のログオン ID: 0:0x3e7a1", got: "HTTP/sense.contoso.test へのチケットを正常に取得しました。", cached: "キャッシュされたチケット: (1)", client: "クライアント:", server: "サーバー:", kind: "Kerberos チケットの暗号化の種類:",
			flags: "チケットのフラグ", failed: "klist は次のエラーで失敗しました:",
			name: "SERVICE_NAME:", state: "STATE              :", start: "START_TYPE         :", account: "SERVICE_START_NAME :", done: "SUCCESS", nothing: "FAILED 1060:",
			missing: "エラー: 指定されたレジストリ キーまたは値が見つかりませんでした。",
			channel: "信頼された DC 接続状態 Status =", completed: "コマンドは正常に完了しました",
			tracking: "contoso.test [10.0.0.1:123] を追跡しています。", collecting: "1 サンプルを収集しています。", now: "現在の時刻は 2026/11/21 14:00:00 です。",
			direct: "    直接アクセス (プロキシ サーバーなし)。", proxy: "    プロキシ サーバー:  proxy.contoso.test:8080",
		},
	}
}

// answered is a part below its question, with the empty lines of consoles.
func answered(question string, lines ...string) string {
	return checkstest.Answered(question, strings.Join(lines, "\r\n"))
}

func (w words) query(spn string, lines ...string) string {
	said := w.notFound
	if len(lines) > 0 {
		said = w.found
	}
	return answered("setspn.exe -F -Q "+spn, append(append([]string{w.forest}, lines...), "", said)...)
}

func (w words) service(name, state, start, account string) string {
	return answered("sc.exe query "+name, "", w.name+" "+name+" ", "        TYPE               : 10  WIN32_OWN_PROCESS  ", "        "+w.state+" "+state+" ",
		"                                (STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN)", "        WIN32_EXIT_CODE    : 0  (0x0)", "        CHECKPOINT         : 0x0") +
		answered("sc.exe qc "+name, "[SC] QueryServiceConfig "+w.done, "", w.name+" "+name, "        TYPE               : 10  WIN32_OWN_PROCESS ", "        "+w.start+" "+start+" ", "        ERROR_CONTROL      : 1   NORMAL",
			`        BINARY_PATH_NAME   : "C:\Program Files\Microsoft Entra private network connector\Service.exe"`, "        LOAD_ORDER_GROUP   : ", "        TAG                : 0", "        DISPLAY_NAME       : Connector: the service", "        DEPENDENCIES       : RpcSs",
			"                           : EventLog", "        "+w.account+" "+account)
}

func (w words) noService(name string) string {
	return answered("sc.exe query "+name, "[SC] EnumQueryServicesStatus:OpenService "+w.nothing, "") + answered("sc.exe qc "+name, "[SC] OpenService "+w.nothing, "")
}

// reg is what reg query prints of a key; nothing where there are no values.
func (w words) reg(question string, values ...string) string {
	key, name, _ := strings.Cut(question, " /v ")
	if name != "" {
		name = " /v " + name
	}
	question = `reg query "HKLM\` + key + `"` + name
	if len(values) == 0 {
		return answered(question, "", "", w.missing)
	}
	return answered(question, append([]string{"", `HKEY_LOCAL_MACHINE\` + key}, values...)...)
}

func (w words) ticket(kind string) string {
	return answered("klist.exe get HTTP/sense.contoso.test", "", w.logon, w.got, "", w.cached, "", "#0>\t"+w.client+" alice @ CONTOSO.TEST", "\t"+w.server+" HTTP/sense.contoso.test @ CONTOSO.TEST", "\t"+w.kind+" "+kind,
		"\t"+w.flags+" 0x40a10000 -> forwardable renewable pre_authent name_canonicalize ", "\tStart Time: 11/21/2026 13:00:00 (local)", "\tCache Flags: 0 ", "\tKdc Called: dc1.contoso.test")
}
