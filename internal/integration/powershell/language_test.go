package powershell_test

import (
	"strings"
	"testing"
)

// snippet is a small script with what Windows PowerShell 5.1 prints, one value a
// line, as its documentation has it (about_Arrays, about_Return, about_Scopes,
// about_Comparison_Operators, about_Type_Conversion, about_Try_Catch_Finally,
// about_Operator_Precedence, Set-StrictMode, and the language specification).
type snippet struct{ name, script, want string }

func snippets() []snippet {
	return []snippet{
		{"an array of one is unrolled by return", "function f { return @(1) }\n(f).GetType().Name", "Int32"},
		{"and is not behind a comma", "function f { return , @(1) }\n(f).GetType().Name\n(f).Count", "Object[] 1"},
		{"an empty array comes out as nothing", "function f { return @() }\n$x = f\n$null -eq $x\n@($x).Count\n@(f).Count", "True 0 0"},
		{"null goes through a pipeline", "@($null).Count\n@($null | ForEach-Object { 'x' }).Count\n@(@() | ForEach-Object { 'x' }).Count", "1 1 0"},
		{"what returns nothing counts nothing", "function f { }\n@(f).Count\n@(f | ForEach-Object { 'x' }).Count\n$x = f\n$null -eq $x", "0 0 True"},
		{"return null counts", "function f { return $null }\n@(f).Count", "1"},
		{"assignment keeps what an expression is", "$a = @(5)\n$a.GetType().Name\n$b = $(5)\n$b.GetType().Name\n$c = $(@(5))\n$c.GetType().Name\n$d = if ($true) { @(5) }\n$d.GetType().Name", "Object[] Int32 Int32 Int32"},
		{"comparing an array filters it", "$null -eq @()\n@(@() -eq $null).Count\n@(1, 2, 3, 2) -eq 2\n@(1, $null, 3 -ne $null).Count", "False 0 2 2 2"},
		{"a filter that is empty is false", "if (@(1, 2) -eq 3) { 'yes' } else { 'no' }\nif (@(1, 2) -ne 1) { 'yes' } else { 'no' }", "no yes"},
		{"truth", "[bool]@()\n[bool]@(0)\n[bool]@(0, 0)\n[bool]''\n[bool]'False'\n[bool]0.0\n[bool]@{}\n[bool]@(, @())", "False False True False True False True False"},
		{"the left side rules a comparison", "'10' -eq 10\n10 -eq '10'\n'010' -eq 10\n10 -eq '010'\n'abc' -eq 'ABC'\n'abc' -ceq 'ABC'\n'2' -gt '10'\n2 -gt '10'", "True True False True True False True False"},
		{"null compared", "$null -lt 0\n$null -eq 0\n$null -eq ''\n'' -eq $null\n0 -gt $null\n$null -lt -1\n$null -lt 'a'", "True False False False True False True"},
		{"characters and texts", "$c = 'a\"'[1]\n$c.GetType().Name\n$c -ceq '\"'\n'a' -ceq $c\n[int][char]'A'\n'' + [char]66 + 'c'", "Char True False 65 Bc"},
		{"membership", "2 -in 1, 2\n'A' -in 'a', 'b'\n'a', 'b' -contains 'A'\n'a', 'b' -ccontains 'A'\n'a', 'b' -notcontains 'c'\n$null -in @()\n'x' -notin 'y'", "True True True False True False True"},
		{"match fills its variable", "'ab12' -match '(?<word>[A-Z]+)(\\d)'\n$Matches[0]\n$Matches[1]\n$Matches['word']\n'zz' -match 'y'\n$Matches[0]\n'x', 'y', 'xy' -match 'x'\n'AB' -cmatch 'a'", "True ab1 1 ab False ab1 x xy False"},
		{"replace", "'abcabc' -replace '(b)(c)', '$2$1'\n'Hello' -replace 'L', ''\n'Hello' -creplace 'L', ''\n'a1', 'b2' -replace '\\d'\n'a.b' -replace '.', 'x'\n'$' -replace '\\$', '$$'\n'ab' -replace 'a', '$0$0'", "acbacb Heo Hello a b xxx $ aab"},
		{"split and join", "'a,b,c' -split ','\n('a,b,c' -split ',', 2)[1]\n('aXbxc' -split 'x').Count\n('aXbxc' -csplit 'x').Count\n(-split ' a  b ').Count\n1, 2, 3 -join '-'\n-join ('x', 'y')\n'a-b-c' -split '(-)' -join '|'", "a b c b,c 3 2 2 1-2-3 xy a|-|b|-|c"},
		{"wildcards", "'abc' -like 'A*'\n'abc' -clike 'A*'\n'a[b' -like 'a`[b'\n'abc' -like 'a?c'\n'abc' -notlike '*d'\n'b' -like '[a-c]'", "True False True True True True"},
		{"format", "'{0:x2}|{1,4}|{2,-4}|{0:D3}' -f 10, 'a', 'b'\n'{0} {1}' -f 'x', 2\n'{{{0}}}' -f 1", "0a|   a|b   |010 x 2 {1}"},
		{"numbers grow", "[int]::MaxValue + 1\n([int]::MaxValue + 1).GetType().Name\n(2147483648).GetType().Name\n7 / 2\n(6 / 2).GetType().Name\n7 % 3\n-7 % 3\n1kb\n0xff\n0xffffffff\n[long]7 / 2", "2147483648 Double Int64 3.5 Int32 1 -1 1024 255 -1 3.5"},
		{"halves are rounded to even", "[int]2.5\n[int]3.5\n[int]'2.5'\n[int]-2.5\n[long]0.5\n[Math]::Round(2.5)", "2 4 2 -2 0 2"},
		{"casts", "[int]''\n[int]$null\n[string]$null -eq ''\n[int]'0x1F'\n[int]' 12 '\n[double]'1.5'\n[char]65\n[bool]'x'\n[string]1.5\n[string]@(1, 2)\n[byte[]](1, 2) | ForEach-Object { $_.GetType().Name }\n[string[]]5", "0 0 True 31 12 1.5 A True 1.5 1 2 Byte Byte 5"},
		{"a cast that fails", "try { [int]'abc' } catch { $_.Exception.GetType().Name; $_.FullyQualifiedErrorId; $_.Exception.Message }\ntry { [byte]300 } catch { $_.Exception.GetType().Name }", "PSInvalidCastException InvalidCastFromStringToInteger Cannot convert value \"abc\" to type \"System.Int32\". Error: \"Input string was not in a correct format.\" PSInvalidCastException"},
		{"as gives null", "$null -eq ('abc' -as [int])\n'5' -as [int]\n5 -is [int]\n5 -isnot [string]\n$null -is [object]", "True 5 True True False"},
		{"words of an enumeration", "[DayOfWeek]'monday'\n[DayOfWeek]1\n[int][DayOfWeek]::Friday\n[DayOfWeek]::Monday -eq 'Monday'\n[IO.FileShare]'ReadWrite, Delete'\n[int][IO.FileShare]'ReadWrite, Delete'", "Monday Monday 5 True ReadWrite, Delete 7"},
		{"bits", "6 -band 3\n6 -bor 3\n6 -bxor 3\n-bnot 0\n1 -shl 4\n256 -shr 4\n0xffffffff -band 0x7fffffff\n[byte]0x87 -band 0x80", "2 7 5 -1 16 16 2147483647 128"},
		{"logic stops early", "$script:n = 0\nfunction f { $script:n++; $true }\n$a = $false -and (f)\n$b = $true -or (f)\n$script:n\n$true -xor $true\n-not 0\n!'x'", "0 False True False"},
		{"precedence", "2 + 3 * 4\n1, 2 + 3\n'{0}' -f 1 + 1\n-join ('a', 'b') + 'c'\n1 + 1 -eq 2\n(1..3) -join ','\ntry { 2 * 3..4 } catch { $_.FullyQualifiedErrorId }", "14 1 2 3 11 abc True 1,2,3 MethodNotFound"},
		{"texts in double quotes", "$a = 'v'\n$h = @{ k = 1 }\n\"$a.Length $($h.k) ${a}x `\"q`\" \"\"d\"\" `$a a`tb\"\n\"$($null)|$(1, 2)|$h\"", "v.Length 1 vx \"q\" \"d\" $a a\tb |1 2|System.Collections.Hashtable"},
		{"texts of two lines", "$a = 1\n$t = @\"\nx $a \"y\"\n  z\n\"@\n$t.Length\n$u = @'\n$a 'q'\n'@\n$u", "11 $a 'q'"},
		{"hash tables have no case", "$h = @{ A = 1; 'b c' = 2 }\n$h.a\n$h['A']\n$h.'B C'\n$h.Contains('a')\n$null -eq $h['x']\n$h.x = 3\n$h.Count", "1 1 2 True True 3"},
		{"in order", "$o = [ordered]@{ z = 1; a = 2; m = 3 }\n$o.Keys -join ''\n$o[1]\n$o['m']", "zam 2 3"},
		{"keys come before members", "$h = @{ Count = 'mine'; Keys = 'k' }\n$h.Count\n$h.Keys", "mine k"},
		{"a hash table is one thing", "@(@{ a = 1; b = 2 }).Count\n@(@{ a = 1 } | ForEach-Object { $_.GetType().Name })\nforeach ($x in @{ a = 1; b = 2 }) { 'once' }", "1 Hashtable once"},
		{"indexes", "$a = 1, 2, 3\n$a[-1]\n$a[0, 2]\n$a[1..0]\n$null -eq $a[9]\n'abc'[1]\n('a b').Split(' ')[1]\n@($a[5..6]).Count", "3 1 3 2 1 True b b 0"},
		{"arrays are put together", "$a = @()\n$a += 1\n$a += 2, 3\n$a.Count\n$b = @(, @(1, 2))\n$b.Count\n$b += , @(3, 4)\n$b.Count\n$b[1][0]\n(1, 2 + @(3)).Count", "3 1 2 3 3"},
		{"several variables at once", "$a, $b = 1, 2, 3\n$a\n$b -join '+'\n$c, $d = 'only'\n$null -eq $d\n$x, $y = 'k:v'.Split(':')\n$y", "1 2+3 True v"},
		{"members of all elements", "$l = @{ n = 1 }, @{ n = 2 }\n$l.n -join ','\n('a', 'bcd').Length\n('a', 'b').ToUpper() -join ''", "1,2 2 AB"},
		{"functions take words", "function f($a, [int]$b = 7, [switch]$On) { \"$a|$b|$On|$($args.Count)\" }\nf x\nf x 3\nf -b 4 y\nf -On z\nf 1 2 3 4\nf -a:q -On:$false", "x|7|False|0 x|3|False|0 y|4|False|0 z|7|True|0 1|2|False|2 q|7|False|0"},
		{"parameters have types", "function f([string]$s, [int]$n, [string[]]$l) { $s -eq ''; $n; $l.Count; $s = 5; $s.GetType().Name }\nf\nf $null '4' 'a', 'b'", "True 0 0 String True 4 2 String"},
		{"a parameter that cannot be converted", "function f([int]$n) { $n }\ntry { f abc } catch { $_.FullyQualifiedErrorId; $_.Exception.GetType().Name }", "ParameterArgumentTransformationError,f ParameterBindingException"},
		{"scopes", "$x = 'outer'\nfunction read { $x }\nfunction write { $x = 'inner'; read }\nwrite\n$x\nfunction up { $script:x = 'changed' }\nup\n$x\n& { $x = 'block' }\n$x\n1 | ForEach-Object { $x = 'same scope' }\n$x", "inner outer changed changed same scope"},
		{"the callers' names are seen", "function outer { $v = 'of the caller'; inner }\nfunction inner { $v }\nouter", "of the caller"},
		{"pipelines stop when they have enough", "$script:n = 0\n1..9 | ForEach-Object { $script:n++; $_ } | Select-Object -First 2\n$script:n", "1 2 2"},
		{"choosing", "1..5 | Select-Object -Last 2\n1..5 | Select-Object -Skip 4\n1, 1, 2 | Select-Object -Unique\n'a', 'A' | Select-Object -Unique\n(1..5 | Where-Object { $_ -gt 3 }).Count", "4 5 5 1 2 a A 2"},
		{"sorting", "(3, 1, 2 | Sort-Object) -join ''\n(3, 1, 2 | Sort-Object -Descending) -join ''\n('b', 'A', 'c' | Sort-Object) -join ''\n(@{ n = 2 }, @{ n = 1 } | Sort-Object { $_.n } | ForEach-Object { $_.n }) -join ''\n('aa', 'b' | Sort-Object @{ Expression = 'Length'; Descending = $true }) -join ','", "123 321 Abc 12 aa,b"},
		{"loops", "for ($i = 0; $i -lt 5; $i++) { if ($i -eq 1) { continue }; if ($i -eq 3) { break }; $i }\n$k = 0\nwhile ($k -lt 2) { $k++ }\n$k\ndo { $k-- } until ($k -le 0)\n$k\nforeach ($x in $null) { 'never' }\nforeach ($x in 'ab') { $x }", "0 2 2 0 ab"},
		{"switch", "switch ('b') {\n 'a' { 1 }\n 'B' { 2 }\n default { 3 }\n}\nswitch (1, 5) {\n { $_ -gt 4 } { 'big' }\n default { 'small' }\n}\nswitch -Regex ('abc') {\n '^a' { 'x' }\n 'c$' { 'y' }\n}\nswitch -Wildcard ('abc') {\n 'a*' { 'w'; break }\n '*c' { 'not reached' }\n}", "2 small big x y w"},
		{"increments say nothing", "$i = 1\n$i++\n$i\n($i++)\n$i\n[void](1 + 1)\n$null = 5", "2 2 3"},
		{"blocks", "$b = { param($p, $q) $p + $q }\n& $b 1 2\n(& { 1; 2 }).Count\n{ a b }.ToString().Trim()\n$r = & { return 1; 2 }\n$r", "3 2 a b 1"},
		{"static and other members", "[Math]::Max(3, 7)\n'abc'.Substring(1)\n'abc'.IndexOf('c')\n'a,b'.Split(',').Length\n[string]::IsNullOrEmpty('')\n[DateTime]::new(2020, 1, 2).Year\n(New-Object Text.StringBuilder 'x').Append('y').ToString()\n'x'.ToUpperInvariant()", "7 bc 2 2 True 2020 xy X"},
		{"references", "$n = 0\n[int]::TryParse('42', [ref]$n)\n$n", "True 42"},
		{"delegates", "$f = [Func[int,int]] { param($x) $x * 2 }\n$f.Invoke(4)", "unsupported"},
		{"a delegate of a class", "$c = [Comparison[string]] { 0 }", "unsupported"},
		{"variables with a type", "[int]$n = '5'\n$n.GetType().Name\n$n = '6'\n$n + 1\ntry { $n = 'x' } catch { 'refused' }", "Int32 7 refused"},
		{"the environment", "$env:ProgramData\n$null -eq $env:NoSuchThing\n[Environment]::ExpandEnvironmentVariables('%programdata%\\x')", `C:\ProgramData True C:\ProgramData\x`},
		{"paths", "Join-Path 'C:\\a' 'b\\c'\nJoin-Path 'C:\\a\\' '\\b'\nSplit-Path 'C:\\a\\b.exe'\nSplit-Path 'C:\\a\\b.exe' -Leaf\n[IO.Path]::Combine('C:\\a', 'b')\n[IO.Path]::Combine('C:\\a', 'D:\\b')\nTest-Path -LiteralPath 'C:\\no'\nTest-Path -LiteralPath 'c:\\COLLECT'\n(Get-Location).ProviderPath", `C:\a\b\c C:\a\b C:\a b.exe C:\a\b D:\b False True C:\collect`},
	}
}

// strict are snippets about errors, most of them under Set-StrictMode -Version 2.
func strict() []snippet {
	const head = "Set-StrictMode -Version 2\n$ErrorActionPreference = 'Stop'\n"
	list := []snippet{
		{"a variable that is not set", "try { $nope } catch { $_.FullyQualifiedErrorId; $_.Exception.Message }", "VariableIsUndefined The variable '$nope' cannot be retrieved because it has not been set."},
		{"a property that is not there", "try { 'x'.Nope } catch { $_.FullyQualifiedErrorId; $_.Exception.Message }\ntry { @{}.nope } catch { $_.Exception.GetType().Name }\n$null -eq @{}['nope']", "PropertyNotFoundStrict The property 'Nope' cannot be found on this object. Verify that the property exists. PropertyNotFoundException True"},
		{"the count of one thing", "try { (5).Count } catch { 'no count' }\n@(5).Count\ntry { $null.Length } catch { 'no length' }", "no count 1 no length"},
		{"members that some elements lack", "(@{ a = 1 }, @{ b = 2 }).a\ntry { (@{ a = 1 }, @{ b = 2 }).c } catch { 'none has it' }\ntry { @().a } catch { 'empty' }", "1 none has it empty"},
		{"an index that is not there", "$a = 1, 2\n$null -eq $a[7]\ntry { $n = $null; $n[0] } catch { $_.FullyQualifiedErrorId }", "True NullArray"},
		{"a method of null", "try { $n = $null; $n.Trim() } catch { $_.FullyQualifiedErrorId; $_.Exception.Message }\ntry { 'x'.NoSuch() } catch { $_.FullyQualifiedErrorId }", "InvokeMethodOnNull You cannot call a method on a null-valued expression. MethodNotFound"},
		{"what a method throws is wrapped", "try { [int]::Parse('abc') } catch {\n $_.Exception.GetType().Name\n $_.Exception.InnerException.GetType().Name\n $_.Exception.GetBaseException().Message\n $_.FullyQualifiedErrorId\n $_.Exception.Message\n}", "MethodInvocationException FormatException Input string was not in a correct format. FormatException Exception calling \"Parse\" with \"1\" argument(s): \"Input string was not in a correct format.\""},
		{"and caught by its own type", "try { [int]::Parse('abc') } catch [ArgumentException] { 'wrong' } catch [FormatException] { 'right' }\ntry { throw 'x' } catch [FormatException] { 'wrong' } catch { 'rest' }", "right rest"},
		{"what a constructor throws", "try { New-Object Uri 'x' } catch { $_.Exception.GetType().Name; $_.Exception.InnerException.GetType().Name; $_.FullyQualifiedErrorId }", "MethodInvocationException UriFormatException ConstructorInvokedThrowException,Microsoft.PowerShell.Commands.NewObjectCommand"},
		{"a getter that throws gives null", "$u = [Uri]'relative'\n$null -eq $u.Host\n$u.IsAbsoluteUri", "True False"},
		{"a setter that throws does not", "$t = New-Object Net.Sockets.TcpClient\ntry { $t.ReceiveTimeout = -5 } catch { $_.Exception.GetType().Name; $_.FullyQualifiedErrorId }", "SetValueInvocationException ExceptionWhenSetting"},
		{"throw", "try { throw 'bad' } catch { $_.Exception.GetType().Name; $_.FullyQualifiedErrorId; [string]$_ }\ntry { throw (New-Object InvalidOperationException 'no') } catch { $_.Exception.GetType().Name }\ntry { try { throw 'a' } catch { throw } } catch { $_.Exception.Message }\ntry { try { throw 'a' } catch { throw \"b: $($_.Exception.Message)\" } } catch { $_.Exception.Message }", "RuntimeException bad bad InvalidOperationException a b: a"},
		{"finally", "function f { try { return 1 } finally { $script:done = 'done' } }\nf\n$script:done\ntry { try { throw 'x' } finally { 'cleaned' } } catch { 'caught' }", "1 done cleaned caught"},
		{"what was put out before an error is lost in an assignment", "$r = 'before'\ntry { $r = & { 1; throw 'x' } } catch { 'caught' }\n$r", "caught before"},
		{"errors leave functions", "function f { throw 'deep' }\nfunction g { f; 'not reached' }\ntry { g } catch { $_.Exception.Message }", "deep"},
		{"the error of an outer catch comes back", "try { throw 'one' } catch {\n try { throw 'two' } catch { $_.Exception.Message }\n $_.Exception.Message\n}", "two one"},
		{"dividing by zero", "try { 1 / 0 } catch { $_.Exception.GetType().Name; $_.Exception.Message }", "RuntimeException Attempted to divide by zero."},
		{"a cmdlet's error stops", "try { Get-Item -LiteralPath 'C:\\no' } catch { $_.Exception.GetType().Name; $_.FullyQualifiedErrorId }\n@(Get-ChildItem -LiteralPath 'C:\\no' -ErrorAction SilentlyContinue).Count", "ItemNotFoundException PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand 0"},
		{"a command that is not there", "try { Get-ADSyncScheduler } catch { $_.Exception.GetType().Name; $_.FullyQualifiedErrorId }", "CommandNotFoundException CommandNotFoundException"},
		{"overloads", "$b = New-Object Text.StringBuilder\n[void]$b.Append([char]65).Append('b').Append(1).Append($true)\n$b.ToString()\ntry { 'x'.Substring('a', 'b', 'c') } catch { $_.FullyQualifiedErrorId }\n'a-b'.Split('-')[1]\n'xxaxx'.Trim('x')\n[string]::Join(',', [string[]]('a', 'b'))\n[BitConverter]::ToString([byte[]](1, 171))", "Ab1True MethodCountCouldNotFindBest b a a,b 01-AB"},
		{"overloads of .NET Framework alone", "try { 'a'.Contains([char]97) } catch { 'no' }\n'aab'.TrimStart('a')", "True b"},
		{"null for a text of a method is an empty one", "'abc'.Replace('b', $null)\n$m = New-Object Text.StringBuilder\n[void]$m.Append([string]$null)\n$m.Length", "ac 0"},
		{"bytes", "$b = [byte[]](1, 2, 3)\n$b[0..1].GetType().Name\n($b + $b).GetType().Name\n([byte[]]($b + 4)).Length\n$b[1] = 200\n$b[1]\ntry { $b[1] = 300 } catch { 'too much' }", "Object[] Object[] 4 200 too much"},
		{"streams", "$s = New-Object IO.MemoryStream\n$s.Write([byte[]](1, 2, 3), 0, 3)\n[void]$s.Seek(1, 'Begin')\n$s.ReadByte()\n$s.Length", "2 3"},
		{"documents", "$d = New-Object Xml.XmlDocument\n$d.LoadXml('<a x=\"1\"><b>t</b><b>u</b></a>')\n$d.SelectSingleNode('/a').GetAttribute('x')\n$d.a.x\n$d.a.b -join ''\n@($d.SelectNodes('//b') | ForEach-Object { $_.InnerText }).Count\n$null -eq $d.SelectSingleNode('/none')\n([xml]'<q>z</q>').q", "1 1 tu 2 True z"},
		{"a certificate's callback is a block", "$f = [Net.Security.RemoteCertificateValidationCallback] { param($a, $b, $c, $d) $script:seen = [string]$d; $true }\n$f.Invoke($null, $null, $null, 'None')\n$script:seen", "True None"},
	}
	for i := range list {
		list[i].script = head + list[i].script
	}
	return list
}

// asDocumented holds the evaluator's own reading of the language against what
// is documented.
func asDocumented(t *testing.T, e *evaluator) {
	t.Helper()
	list := append(snippets(), strict()...)
	var texts []string
	for _, s := range list {
		texts = append(texts, s.script+"\n")
	}
	e.grow(t, texts...)
	d := &described{host: "CONN01", net: newNetwork()}
	for i, s := range list {
		t.Run(s.name, func(t *testing.T) {
			r := e.run(t, d, t.TempDir(), texts[i])
			got := strings.Join(strings.Split(strings.TrimSuffix(r.output, "\n"), "\n"), " ")
			switch {
			case s.want == "unsupported":
				if r.code != 2 || !strings.Contains(got, "unsupported: ") {
					t.Errorf("it is not refused: %s", got)
				}
			case r.code != 0 || got != s.want:
				t.Errorf("got  %q (%d)\nwant %q", got, r.code, s.want)
			}
		})
	}
}

// refusals shows that what it does not know stops it, also where a
// script would go on.
func refusals(t *testing.T, e *evaluator) {
	t.Helper()
	list := []snippet{
		{"a command", "try { Get-Process } catch { 'went on' }", "the command Get-Process"},
		{"a parameter", "Get-Item -Path C:\\ -Stream x", "the parameter -Stream"},
		{"a type", "try { [No.Such.Type]::Do() } catch { 'went on' }", "the type No.Such.Type"},
		{"a redirection", "'x' > y.txt", "redirection"},
		{"what the grammar cannot read", "if ($a { }", "what the grammar cannot read"},
		{"begin and end", "function f { begin { 1 } end { 2 } }\nf", "begin, process and end"},
		{"a class", "class A { }\n'went on'", "the statement class_statement"},
		{"attributes", "function f {\n param([Parameter(Mandatory)]$x)\n $x\n}\nf 1", "attributes"},
		{"the process's folder", "[IO.File]::ReadAllText('x.txt')", "the path x.txt"},
		{"dot sourcing", ". { 1 }", "dot sourcing"},
	}
	var texts []string
	for _, s := range list {
		texts = append(texts, s.script+"\n")
	}
	e.grow(t, texts...)
	d := &described{host: "CONN01", net: newNetwork()}
	for i, s := range list {
		t.Run(s.name, func(t *testing.T) {
			if r := e.run(t, d, t.TempDir(), texts[i]); r.code != 2 || !strings.Contains(r.output, s.want) || strings.Contains(r.output, "went on") {
				t.Errorf("%d: %s", r.code, r.output)
			}
		})
	}
}
