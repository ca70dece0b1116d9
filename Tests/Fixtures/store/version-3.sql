-- The store of version-1.sql as version 3 of the tables keeps it (commit 92a7908): attempts and what pipelines asked for.
-- sqlite3 artifacts.sqlite .dump, with the two numbers of the header at the end.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE artifact (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE CHECK (length(key) = 64),
    kind TEXT NOT NULL CHECK (kind IN ('images', 'embeddings', 'prompt', 'generator', 'evaluation')),
    algorithm_version INTEGER NOT NULL,
    parameters TEXT NOT NULL CHECK (json_valid(parameters)),
    created TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    seconds REAL NOT NULL,
    bytes INTEGER NOT NULL
) STRICT;
INSERT INTO "artifact" VALUES(1,'e9322711ddf075bf660e4821cc794a6814411b35baa945a324e3f6d7605a4533','images',1,'{"classes":["folder","printer","trash"],"contents":"9f2e3438190637ab009ca03e780f611e20729a9e05e7a17a8ad9b890ef4ad88e","count":6,"domain":"tango"}','2026-11-21T17:02:05.336Z',0.0,216);
INSERT INTO "artifact" VALUES(2,'e53111ff3f14ae77b17c096b538565655d02cf52627f3c9e756d29f9a4cd3857','embeddings',1,'{"encoder":"c6f23f3392052fee4220fa540effbe15c5b4bfb724136557394cb23304ec711f","views":["center","crop-flip:1"]}','2026-11-21T17:02:05.337Z',2.0,384);
INSERT INTO "artifact" VALUES(3,'7d7c571ed3b5c1f2878035946831f227db58f0c7516e3635adc635940768bfe7','images',1,'{"classes":["folder","printer","trash"],"contents":"7da1e885a7bc1bda35b56ccc015a5a06765c3d2cfea261733908eacf763ad011","count":6,"domain":"oxygen"}','2026-11-21T17:02:05.337Z',0.0,216);
INSERT INTO "artifact" VALUES(4,'f8391b07760a3cd9d1f18e9486eafcb561353dc8b171897abbe4b12b3d10aa07','embeddings',1,'{"encoder":"c6f23f3392052fee4220fa540effbe15c5b4bfb724136557394cb23304ec711f","views":["center","crop-flip:1"]}','2026-11-21T17:02:05.338Z',2.0,384);
INSERT INTO "artifact" VALUES(5,'c1749f86c9465e9ee6414225e267c3835293a70d4c18330fcfe1166a9d461064','images',1,'{"classes":["folder","printer","trash"],"contents":"0ba3694dcc51439e551a248523f9dcaee44935b117c7937ca58abbee599a4547","count":6,"domain":"papirus"}','2026-11-21T17:02:05.339Z',0.0,216);
INSERT INTO "artifact" VALUES(6,'58a4cd004c2db6e183ae8764d2b1d4ff8fc837579b06f28407e73c0a0141e824','embeddings',1,'{"encoder":"c6f23f3392052fee4220fa540effbe15c5b4bfb724136557394cb23304ec711f","views":["center","crop-flip:1"]}','2026-11-21T17:02:05.340Z',2.0,384);
INSERT INTO "artifact" VALUES(7,'c300dbc1a2a95749c1ddac0248d3d9882fb2b7ea5325be98ea4696cca364d272','evaluation',1,'{"seed":null}','2026-11-21T17:02:05.340Z',0.5,96);
INSERT INTO "artifact" VALUES(8,'e2ad547eba4b7a4583723633ff29c542ba6e387ecf46b955e1db8110e669eae3','prompt',1,'{"learningRate":0.002,"seed":1}','2026-11-21T17:02:05.340Z',3.0,24);
INSERT INTO "artifact" VALUES(9,'263f0cc794192078e384cd902ccb61119267c113a329441544c0aa59fd5beb80','prompt',1,'{"learningRate":0.002,"seed":1}','2026-11-21T17:02:05.340Z',3.0,24);
INSERT INTO "artifact" VALUES(10,'f5b97fb3a43ef4bfe00be209f89e2aab7ae14ada1fbe531a75a982af8adfa28a','generator',1,'{"seed":1}','2026-11-21T17:02:05.340Z',8.0,24);
INSERT INTO "artifact" VALUES(11,'5b5783299118219d05f29efd386e0a2a516177a43a0b5686214a61c4125ae6ef','evaluation',1,'{"seed":1}','2026-11-21T17:02:05.341Z',1.0,96);
INSERT INTO "artifact" VALUES(12,'33f5bbb7b53904cfb67109af8bc7fd396b81d2dd673ce82dffe278ddc8e3bfdf','prompt',1,'{"learningRate":0.002,"seed":2}','2026-11-21T17:02:05.341Z',3.0,24);
INSERT INTO "artifact" VALUES(13,'fb8f80b5e093785caccb73cd70462ce692ffd372f09713a989d00d31a643c43d','prompt',1,'{"learningRate":0.002,"seed":2}','2026-11-21T17:02:05.341Z',3.0,24);
INSERT INTO "artifact" VALUES(14,'b513a08f9a1f2d7bf84c9c30478110696be0336d9b795ca784214b1f0ad8dac7','generator',1,'{"seed":2}','2026-11-21T17:02:05.341Z',8.0,24);
CREATE TABLE artifact_input (
    artifact_id INTEGER NOT NULL REFERENCES artifact (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    role TEXT NOT NULL,
    input_id INTEGER NOT NULL REFERENCES artifact (id),
    PRIMARY KEY (artifact_id, position)
) STRICT, WITHOUT ROWID;
INSERT INTO "artifact_input" VALUES(2,0,'images',1);
INSERT INTO "artifact_input" VALUES(4,0,'images',3);
INSERT INTO "artifact_input" VALUES(6,0,'images',5);
INSERT INTO "artifact_input" VALUES(7,0,'embeddings',2);
INSERT INTO "artifact_input" VALUES(8,0,'embeddings',4);
INSERT INTO "artifact_input" VALUES(9,0,'embeddings',6);
INSERT INTO "artifact_input" VALUES(10,0,'prompts',8);
INSERT INTO "artifact_input" VALUES(10,1,'prompts',9);
INSERT INTO "artifact_input" VALUES(11,0,'embeddings',2);
INSERT INTO "artifact_input" VALUES(11,1,'generator',10);
INSERT INTO "artifact_input" VALUES(12,0,'embeddings',4);
INSERT INTO "artifact_input" VALUES(13,0,'embeddings',6);
INSERT INTO "artifact_input" VALUES(14,0,'prompts',12);
INSERT INTO "artifact_input" VALUES(14,1,'prompts',13);
CREATE TABLE attempt (
    key TEXT PRIMARY KEY CHECK (length(key) = 64),
    started TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    threads INTEGER NOT NULL,
    seconds REAL,
    processor_seconds REAL,
    peak_bytes INTEGER,
    log TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE TABLE "checkpoint" (
    key TEXT PRIMARY KEY CHECK (length(key) = 64),
    saved TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    progress TEXT NOT NULL CHECK (json_valid(progress)),
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    payload BLOB NOT NULL
) STRICT;
INSERT INTO "checkpoint" VALUES('00b23f57a2c2b3e1b094bd177bfff6cb6065298f7126a9408b011e74ea161ad6','2026-11-21T17:02:05.345Z','{"epoch":3}',X'039058C6F2C0CB492C533B0A4D14EF77CC0F78ABCCCED5287D84A1A2011CFB81',X'010203');
CREATE TABLE "embedding" (
    id INTEGER PRIMARY KEY,
    encoder_id INTEGER NOT NULL REFERENCES encoder (id),
    view_id INTEGER NOT NULL REFERENCES image_view (id),
    image_id INTEGER NOT NULL REFERENCES image (id),
    vector BLOB NOT NULL,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    UNIQUE (encoder_id, view_id, image_id)
) STRICT;
INSERT INTO "embedding" VALUES(1,1,1,1,X'E9DEF43E92768CBEBA64C13C558DAABDF8DACBBE2B9F48BEB2D763BEBE362ABF',X'4F17402438782306FC52F6F7D55D106E0FFEB9C466B2885D2A670E22F9ABDA1B');
INSERT INTO "embedding" VALUES(2,1,2,1,X'6468FC3C1E0EC03EE909BEBEFDCE1C3D55200B3F1AA21D3EFF3E023FC466C0BE',X'47C26AA2B6DEAB055EF00BA8CDE019A82923A4A30E1F291DC3CB10E3A2D27F54');
INSERT INTO "embedding" VALUES(3,1,1,2,X'C581AD3EAF601BBE592D523D58961C3F4366A33D47CF313E794AC93EDCDF0ABF',X'BFA016B3E132B6D1181AA6F83F59031A4E8BDA98F15BBE28577F26530A21B6CE');
INSERT INTO "embedding" VALUES(4,1,2,2,X'261B15BED06553BD23B7483F0B000E3E5561AABECA7B11BED8C2AC3D9254E7BE',X'02795486EED9D7C22F4AE5BF2BEC828F1497B46C6D775DBD136380C37F7EDAF1');
INSERT INTO "embedding" VALUES(5,1,1,3,X'4C3307BEC1011BBD5F978CBEBD1E4C3E7ACF67BF8AD510BEB13023BE5DCBD0BC',X'3DC555EA1928E755329E24E237C057B6DBDC50A28BE0C617D92B11F4CE9D7DA1');
INSERT INTO "embedding" VALUES(6,1,2,3,X'1E12353EE5E860BE779A58BE780E82BEA1E4D7BE0909A13E85F5523E499333BF',X'DD114DFB96C9B11585AC80BB95C2E37E3F3711F18F011F9728CCECCC757C703B');
INSERT INTO "embedding" VALUES(7,1,1,4,X'88BC48BE844AB9BE786A893E334504BE86EF4ABF75548FBE93812D3EFBEBA33D',X'4716D29281723CB77AB0DD9F488F13191D1248750D5BF6A7FDE8B4B218326ED1');
INSERT INTO "embedding" VALUES(8,1,2,4,X'A23DC93E440F8B3E5841AEBD96FC54BF67C6DCBD2F8637BE3C8B94BD145B1CBE',X'8C22FA77EE20B33D143F2E920652A52B67BC1F72C3ACD96449A2C5FBDBD586B5');
INSERT INTO "embedding" VALUES(9,1,1,5,X'E9BD53BE91492FBF4927403E2497FE3E649DD73E72F38C3D64C0023EA400B23D',X'96D2416DF2F437BEFABEDC6ECAA9864FC062715B59891CE4FF64182DAE61B739');
INSERT INTO "embedding" VALUES(10,1,2,5,X'9674133EF9FBC1BE016862BEDA30DFBEFED5AA3D6A422DBE320B3FBFDD7086BD',X'21901DEA58373F515D7716E52D7BDF152674798054E7CB18AA055564C19572C5');
INSERT INTO "embedding" VALUES(11,1,1,6,X'7A1B873EC1C113BEAAB71EBF0A6CB83DD18C123EB2FA243F3E38B33D52E58ABE',X'770C9968FAB6F561C3F25A085F04D690B9004050CB1CD36E14FF16647B690FFE');
INSERT INTO "embedding" VALUES(12,1,2,6,X'0F927A3EC35BFABE135D97BEF4C63B3EA80623BF60DEAFBEDB8934BDF11B6FBE',X'357125A3A6E0E10020EB00C5DBDB0075086920C46A7618C8D904A343E01D8D1A');
INSERT INTO "embedding" VALUES(13,1,1,7,X'5F6D51BFF626593E1FE3B23D75A8FE3DD7A9583ED344DBBDB14932BD7192E73E',X'34F4F940B6E828E2B2215F8F77E839A967683210D6032AA34ACBBB90E843FDF2');
INSERT INTO "embedding" VALUES(14,1,2,7,X'5452F13D6F8AA4BD680206BF825B0E3FB7A9183F2BC0453DD6190C3EA7DA0FBE',X'DB31211A48C334C8E847C55EEEE52354C08E3E577532B7BAA8E3943223C827D2');
INSERT INTO "embedding" VALUES(15,1,1,8,X'740B323E790F88BE099FE63DB4F811BF2443ED3E8A3BC73EEA8CCDBE4BD33C3E',X'CCD43FD31E4865002FC9582E181B376F128AFC2C5C986F50C798D51DF991EAE2');
INSERT INTO "embedding" VALUES(16,1,2,8,X'84DE613C8385943E6C51263E3548AA3DCF702EBF1187043FD1884CBE8FEEA93E',X'F34C20C830AA198F08E86F12A152CA89B14A353E66AC236FA9A4F4DC1DBB8820');
INSERT INTO "embedding" VALUES(17,1,1,9,X'7F0748BF94D40C3F2CBD2F3D6D02BC3DDFBD7A3DF3624EBE603511BDC921343E',X'1E26B7B512D0CE66FAF15813553FAB851E71488CC0277EC54DF307B178A5A8E8');
INSERT INTO "embedding" VALUES(18,1,2,9,X'80E665BEC430453FD633C4BCECCE80BD96EB83BED110943B5698083FBEDECDBC',X'E789DDFA1DCAE7A2313C1303A187184B17E8D60791937DA2E60BD76D2D9699B6');
INSERT INTO "embedding" VALUES(19,1,1,10,X'681E17BF316798BE5BD9323E73FCA13E95470E3F9771A3BD3D71FF3D9821A3BE',X'E2861FB16B0661CB78DECB8B894F2E90C31C2717573E0CC8203E0121E605F5C0');
INSERT INTO "embedding" VALUES(20,1,2,10,X'99D0E43EE719C0BDF044B73E2707883E9056FE3E4F663B3D127815BF51C960BD',X'A1996F4C91916677705FBEEB32355FF19647D470EAD5C91916955540B4310320');
INSERT INTO "embedding" VALUES(21,1,1,11,X'D21D183F4235F1BED6E7183E07F1CFBEC2C62ABE723E56BDB78BBBBDB748E4BE',X'280D76278146D76A7C79DCB03109B0001E5B9265910A85283BE89AB241E19C6F');
INSERT INTO "embedding" VALUES(22,1,2,11,X'D26C073F09E2AD3E0E9A26BF3E5D1CBE4DDE16BEFCB2B4BE0233C7BD8B3642BD',X'854AA56E7814A484ECAD09F329C64C129539D1E3600B05CAF0FD6402AB55AD5E');
INSERT INTO "embedding" VALUES(23,1,1,12,X'3AEC4FBE20A6503E3E055CBF8DC565BEBCF94B3E1DE57E3BEC14953E874E7BBD',X'0F2C04FBC8939C4939652AA1F62C4530256F3F9C6F9775A3481D2771ECE9EE92');
INSERT INTO "embedding" VALUES(24,1,2,12,X'3BDB85BC9C4BDC3D49C168BC2FFFF03E49D742BF96BF82BED826873D358EAF3E',X'75B3FEC2E9BA750B589821B4D51943C2B3777D247B239267ED1CB820E4C56FEB');
INSERT INTO "embedding" VALUES(25,1,1,13,X'DA80703D07FB2A3F0E0FC9BD781444BE41207EBE664E17BF3E602BBEF0C6823E',X'4D18BE67F4ED01A0584D6D68EADCDC3E6415F64331803ED4FCBC43E3A39C1464');
INSERT INTO "embedding" VALUES(26,1,2,13,X'F4CDDB3E04461BBF82AD1C3E9E31CB3E0340213B7329A4BE653BACBE5B18673E',X'D576027DE981D85C558A5BB28EFE2F65E2BA20990970880F55621A5F57E80DA1');
INSERT INTO "embedding" VALUES(27,1,1,14,X'E7D4FC3EDCA1E23E76C23D3E604FE6BD0CEE5B3E180D443E587F21BFDA89383E',X'87CF2C2B243D64A53C76F1762A9CD90A975564D7F3A0F980C5A053212E02F9C7');
INSERT INTO "embedding" VALUES(28,1,2,14,X'655FAFBE91E023BFEFF2853E659F4EBEE4C814BED6FCECBD8E0C833EE97603BF',X'33189C64513A938B2C4A0A8B36C0DF4529690AF72B2234689A9494C5D72E1D7E');
INSERT INTO "embedding" VALUES(29,1,1,15,X'A113C93DC9BBFA3D3E550B3E9D8D03BF92BE3F3E87DDFB3ED494243FD06349BD',X'64F3F5972D21F05C92087BD14D42D3B1FD58738655F321E798AB1909AF37A7E0');
INSERT INTO "embedding" VALUES(30,1,2,15,X'CF1D4D3F755F003FAF523C3ED70F18BD3DDAB0BD4F59593EC8A7563D31F401BE',X'94DC04385F9B92CB1D13D98006E9F2C8CE253340E5AF8F7E0692CF2D7D490CD3');
INSERT INTO "embedding" VALUES(31,1,1,16,X'223B39BEC43BD7BE54D4BEBEFC72453EE1A4873B5B4AACBE59D9103E949531BF',X'B31EC9D736195459960BC5DC3050EE87761EB2F2D8803C5EA519E21A3C8E2B38');
INSERT INTO "embedding" VALUES(32,1,2,16,X'68EC193F57F572BC6CC5BA3E16E9DEBED2FCF7BEC47F86BD8CE383BEAFA6D0BD',X'C70676B792100B3BE3C965ABB52D81B47963650D44F8D3FA81BA2C01FDD3CD96');
INSERT INTO "embedding" VALUES(33,1,1,17,X'B0D1F8BDA285F2BE493499BEEFDDDDBEE1BC07BFF844323E5F72B6BEE088593E',X'FEADD237A760E8A8ACA311C8AABC0DA964C4CA7B39DE902E431873706B38B2B6');
INSERT INTO "embedding" VALUES(34,1,2,17,X'33AF93BE463FD5BEECC5673EBF3AD63C7A3F663EA17B1BBF835E69BE682BF03E',X'C6E40CA3E59C37542513B32F604064EDE281140536831D97CC08C4898D46BDD7');
INSERT INTO "embedding" VALUES(35,1,1,18,X'FCF1AEBE2C8B0C3EA32EE73D25F733BE0C7A6F3E5FD43ABE786111BFB9FA23BF',X'E61556B9DB1E6626CA91B6DC03A3DC3D2EA40101126D268ED62F88B14A2EEAC6');
INSERT INTO "embedding" VALUES(36,1,2,18,X'6FBE73BE065F6B3E46123FBF56D1DFBE694C843D1231CF3D85CF93BE1C3B583E',X'D64C956CC2BCD01ED41A6F6AE405E4809F7C45926545FC8F74B87CA33240AE74');
CREATE TABLE embedding_set (
    artifact_id INTEGER PRIMARY KEY REFERENCES artifact (id) ON DELETE CASCADE,
    manifest_id INTEGER NOT NULL REFERENCES manifest (artifact_id),
    encoder_id INTEGER NOT NULL REFERENCES encoder (id)
) STRICT;
INSERT INTO "embedding_set" VALUES(2,1,1);
INSERT INTO "embedding_set" VALUES(4,3,1);
INSERT INTO "embedding_set" VALUES(6,5,1);
CREATE TABLE embedding_set_view (
    embedding_set_id INTEGER NOT NULL REFERENCES embedding_set (artifact_id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    view_id INTEGER NOT NULL REFERENCES image_view (id),
    PRIMARY KEY (embedding_set_id, position)
) STRICT, WITHOUT ROWID;
INSERT INTO "embedding_set_view" VALUES(2,0,1);
INSERT INTO "embedding_set_view" VALUES(2,1,2);
INSERT INTO "embedding_set_view" VALUES(4,0,1);
INSERT INTO "embedding_set_view" VALUES(4,1,2);
INSERT INTO "embedding_set_view" VALUES(6,0,1);
INSERT INTO "embedding_set_view" VALUES(6,1,2);
CREATE TABLE encoder (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE CHECK (length(key) = 64),
    name TEXT NOT NULL,
    dimension INTEGER NOT NULL CHECK (dimension > 0),
    parameters TEXT NOT NULL CHECK (json_valid(parameters))
) STRICT;
INSERT INTO "encoder" VALUES(1,'c6f23f3392052fee4220fa540effbe15c5b4bfb724136557394cb23304ec711f','icon-clip',8,'{"checkpoint":"abc"}');
CREATE TABLE evaluation (
    artifact_id INTEGER PRIMARY KEY REFERENCES artifact (id) ON DELETE CASCADE,
    manifest_id INTEGER NOT NULL REFERENCES manifest (artifact_id),
    method TEXT NOT NULL,
    seed INTEGER,
    images INTEGER NOT NULL CHECK (images > 0),
    accuracy REAL NOT NULL
) STRICT;
INSERT INTO "evaluation" VALUES(7,1,'zero-shot',NULL,6,8.3333333333333337034e-01);
INSERT INTO "evaluation" VALUES(11,1,'spg',1,6,8.3333333333333337034e-01);
CREATE TABLE failure (
    key TEXT PRIMARY KEY CHECK (length(key) = 64),
    failed TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    message TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "failure" VALUES('580101254596e426e386f69dc562df1ff83a0d3f5df75c8d0cded3d8173f254e','2026-11-21T17:02:05.341Z','the disk is full');
CREATE TABLE file_digest (
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32)
) STRICT, WITHOUT ROWID;
CREATE TABLE generator (
    artifact_id INTEGER PRIMARY KEY REFERENCES artifact (id) ON DELETE CASCADE,
    method TEXT NOT NULL,
    domain TEXT NOT NULL,
    seed INTEGER,
    validation_accuracy REAL
) STRICT;
INSERT INTO "generator" VALUES(10,'spg','oxygen+papirus',1,0.5);
INSERT INTO "generator" VALUES(14,'spg','oxygen+papirus',2,0.5);
CREATE TABLE image (
    id INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32)
) STRICT;
INSERT INTO "image" VALUES(1,X'3AAA69294E3812183FC0A3C525B408D5437A12411BAF68AD4960D2E3953A87E4');
INSERT INTO "image" VALUES(2,X'9116106584CC95635F75E01CE466A1D60F990B7EF1A6CAA0EFC5B8419DDFDE7D');
INSERT INTO "image" VALUES(3,X'3F3F74C6F3818C3F21E55E88E17E36D1310D7D3254652FE68E24F1CB6D0179F5');
INSERT INTO "image" VALUES(4,X'8E11FFCF222032ECDEB9E16389925E13493D8F6C5CFABA5F6E0F0E47BC4CE397');
INSERT INTO "image" VALUES(5,X'3F48BEA423ED20FA3DBE2DB49AB08C01224CA90D3D5E6CE9EACD6A5FE61C35D6');
INSERT INTO "image" VALUES(6,X'9B5CB84C585C71935A05EDA7E03BD83EEE7C1D449AA3B47B414842DEE8F8DD98');
INSERT INTO "image" VALUES(7,X'A4F467ED4AEAAF92F765E642E4AB8432C4DF5ACB45531E6537CFDD2F8F0C1BD4');
INSERT INTO "image" VALUES(8,X'AA400DFD7D38B5A3389DE50CCD60F8BCCBD49BEBA5FF8132380035AA1B9862D0');
INSERT INTO "image" VALUES(9,X'9A043207A3587C5404FE31A03E6EE2EAC4CDB8C662EA97C3B99C02F9C89503B8');
INSERT INTO "image" VALUES(10,X'CC9B838997AD78265F748FC55B37D5C495BEE19C2C052A75919C89CF967E3238');
INSERT INTO "image" VALUES(11,X'5B5DC01F199C66222AA33E427075680D87DC3DBF1B01E221CF75702A552874CE');
INSERT INTO "image" VALUES(12,X'B179B3DD21BFB195632234ED918A32D42D5577071BC09A6A83EAED4A1A17E1E0');
INSERT INTO "image" VALUES(13,X'68EE065EC78FC8D9F14CF73682CA7549EFCEBDAD110A96ED7E9A0B37CB665F34');
INSERT INTO "image" VALUES(14,X'6B3079C25C73B1A4AAD65DAE4EE11AA0422E5D4812CADE7F71FAD42CCF0A208E');
INSERT INTO "image" VALUES(15,X'9E40A11BA72314897742737706429F021669251555FBBBF746C510BB666D2E11');
INSERT INTO "image" VALUES(16,X'E2EA1D90C463526BD5227B3A44183F86940F94E0E62B98EA1E9B054C723E87A1');
INSERT INTO "image" VALUES(17,X'AA3A04DEF10C1A1E2B7B75AE6C14F938F06C10547952F290CC237F7D4F96833A');
INSERT INTO "image" VALUES(18,X'E9A676F9C006812702B5717FC218EA55BD0C827AB7AC6599018AFFCF6E8436B7');
CREATE TABLE image_view (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO "image_view" VALUES(1,'center');
INSERT INTO "image_view" VALUES(2,'crop-flip:1');
CREATE TABLE manifest (
    artifact_id INTEGER PRIMARY KEY REFERENCES artifact (id) ON DELETE CASCADE,
    dataset TEXT NOT NULL,
    domain TEXT NOT NULL,
    recorded INTEGER NOT NULL
) STRICT;
INSERT INTO "manifest" VALUES(1,'DesktopIcons','tango',1);
INSERT INTO "manifest" VALUES(3,'DesktopIcons','oxygen',2);
INSERT INTO "manifest" VALUES(5,'DesktopIcons','papirus',3);
CREATE TABLE manifest_class (
    manifest_id INTEGER NOT NULL REFERENCES manifest (artifact_id) ON DELETE CASCADE,
    label INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (manifest_id, label)
) STRICT, WITHOUT ROWID;
INSERT INTO "manifest_class" VALUES(1,0,'folder');
INSERT INTO "manifest_class" VALUES(1,1,'printer');
INSERT INTO "manifest_class" VALUES(1,2,'trash');
INSERT INTO "manifest_class" VALUES(3,0,'folder');
INSERT INTO "manifest_class" VALUES(3,1,'printer');
INSERT INTO "manifest_class" VALUES(3,2,'trash');
INSERT INTO "manifest_class" VALUES(5,0,'folder');
INSERT INTO "manifest_class" VALUES(5,1,'printer');
INSERT INTO "manifest_class" VALUES(5,2,'trash');
CREATE TABLE manifest_image (
    manifest_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    image_id INTEGER NOT NULL REFERENCES image (id),
    label INTEGER NOT NULL,
    path TEXT NOT NULL,
    PRIMARY KEY (manifest_id, position),
    FOREIGN KEY (manifest_id, label) REFERENCES manifest_class (manifest_id, label) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
INSERT INTO "manifest_image" VALUES(1,0,1,0,'/data/tango/folder/0.jpg');
INSERT INTO "manifest_image" VALUES(1,1,2,0,'/data/tango/folder/3.jpg');
INSERT INTO "manifest_image" VALUES(1,2,3,1,'/data/tango/printer/1.jpg');
INSERT INTO "manifest_image" VALUES(1,3,4,1,'/data/tango/printer/4.jpg');
INSERT INTO "manifest_image" VALUES(1,4,5,2,'/data/tango/trash/5.jpg');
INSERT INTO "manifest_image" VALUES(1,5,6,2,'/data/tango/trash/2.jpg');
INSERT INTO "manifest_image" VALUES(3,0,7,0,'/data/oxygen/folder/3.jpg');
INSERT INTO "manifest_image" VALUES(3,1,8,0,'/data/oxygen/folder/0.jpg');
INSERT INTO "manifest_image" VALUES(3,2,9,1,'/data/oxygen/printer/1.jpg');
INSERT INTO "manifest_image" VALUES(3,3,10,1,'/data/oxygen/printer/4.jpg');
INSERT INTO "manifest_image" VALUES(3,4,11,2,'/data/oxygen/trash/5.jpg');
INSERT INTO "manifest_image" VALUES(3,5,12,2,'/data/oxygen/trash/2.jpg');
INSERT INTO "manifest_image" VALUES(5,0,13,0,'/data/papirus/folder/0.jpg');
INSERT INTO "manifest_image" VALUES(5,1,14,0,'/data/papirus/folder/3.jpg');
INSERT INTO "manifest_image" VALUES(5,2,15,1,'/data/papirus/printer/1.jpg');
INSERT INTO "manifest_image" VALUES(5,3,16,1,'/data/papirus/printer/4.jpg');
INSERT INTO "manifest_image" VALUES(5,4,17,2,'/data/papirus/trash/2.jpg');
INSERT INTO "manifest_image" VALUES(5,5,18,2,'/data/papirus/trash/5.jpg');
CREATE TABLE metric (
    artifact_id INTEGER NOT NULL REFERENCES artifact (id) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    name TEXT NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (artifact_id, epoch, name)
) STRICT, WITHOUT ROWID;
INSERT INTO "metric" VALUES(8,1,'loss',2.0);
INSERT INTO "metric" VALUES(8,2,'loss',1.5);
INSERT INTO "metric" VALUES(9,1,'loss',2.0);
INSERT INTO "metric" VALUES(9,2,'loss',1.5);
INSERT INTO "metric" VALUES(12,1,'loss',2.0);
INSERT INTO "metric" VALUES(12,2,'loss',1.5);
INSERT INTO "metric" VALUES(13,1,'loss',2.0);
INSERT INTO "metric" VALUES(13,2,'loss',1.5);
CREATE TABLE pipeline_history (
    pipeline TEXT NOT NULL,
    stage TEXT NOT NULL,
    cell TEXT NOT NULL CHECK (json_valid(cell)),
    key TEXT NOT NULL CHECK (length(key) = 64),
    version INTEGER NOT NULL,
    PRIMARY KEY (pipeline, stage, cell, key)
) STRICT, WITHOUT ROWID;
INSERT INTO "pipeline_history" VALUES('desktop-icons','features','{"domain":"oxygen"}','f8391b07760a3cd9d1f18e9486eafcb561353dc8b171897abbe4b12b3d10aa07',1);
INSERT INTO "pipeline_history" VALUES('desktop-icons','features','{"domain":"papirus"}','58a4cd004c2db6e183ae8764d2b1d4ff8fc837579b06f28407e73c0a0141e824',1);
INSERT INTO "pipeline_history" VALUES('desktop-icons','features','{"domain":"tango"}','e53111ff3f14ae77b17c096b538565655d02cf52627f3c9e756d29f9a4cd3857',1);
INSERT INTO "pipeline_history" VALUES('desktop-icons','generator','{"seed":1,"target":"tango"}','f5b97fb3a43ef4bfe00be209f89e2aab7ae14ada1fbe531a75a982af8adfa28a',1);
INSERT INTO "pipeline_history" VALUES('desktop-icons','generator','{"seed":2,"target":"tango"}','b513a08f9a1f2d7bf84c9c30478110696be0336d9b795ca784214b1f0ad8dac7',1);
INSERT INTO "pipeline_history" VALUES('desktop-icons','prompts','{"domain":"oxygen","seed":1}','e2ad547eba4b7a4583723633ff29c542ba6e387ecf46b955e1db8110e669eae3',1);
INSERT INTO "pipeline_history" VALUES('desktop-icons','prompts','{"domain":"oxygen","seed":2}','33f5bbb7b53904cfb67109af8bc7fd396b81d2dd673ce82dffe278ddc8e3bfdf',1);
INSERT INTO "pipeline_history" VALUES('desktop-icons','prompts','{"domain":"papirus","seed":1}','263f0cc794192078e384cd902ccb61119267c113a329441544c0aa59fd5beb80',1);
INSERT INTO "pipeline_history" VALUES('desktop-icons','prompts','{"domain":"papirus","seed":2}','fb8f80b5e093785caccb73cd70462ce692ffd372f09713a989d00d31a643c43d',1);
INSERT INTO "pipeline_history" VALUES('desktop-icons','spg','{"seed":1,"target":"tango"}','5b5783299118219d05f29efd386e0a2a516177a43a0b5686214a61c4125ae6ef',1);
INSERT INTO "pipeline_history" VALUES('desktop-icons','spg','{"seed":2,"target":"tango"}','580101254596e426e386f69dc562df1ff83a0d3f5df75c8d0cded3d8173f254e',1);
INSERT INTO "pipeline_history" VALUES('desktop-icons','zero-shot','{"target":"tango"}','c300dbc1a2a95749c1ddac0248d3d9882fb2b7ea5325be98ea4696cca364d272',1);
CREATE TABLE pipeline_instance (
    pipeline TEXT NOT NULL,
    position INTEGER NOT NULL,
    stage TEXT NOT NULL,
    cell TEXT NOT NULL CHECK (json_valid(cell)),
    key TEXT NOT NULL CHECK (length(key) = 64),
    title TEXT,
    PRIMARY KEY (pipeline, position)
) STRICT, WITHOUT ROWID;
INSERT INTO "pipeline_instance" VALUES('desktop-icons',0,'features','{"domain":"tango"}','e53111ff3f14ae77b17c096b538565655d02cf52627f3c9e756d29f9a4cd3857',NULL);
INSERT INTO "pipeline_instance" VALUES('desktop-icons',1,'features','{"domain":"oxygen"}','f8391b07760a3cd9d1f18e9486eafcb561353dc8b171897abbe4b12b3d10aa07',NULL);
INSERT INTO "pipeline_instance" VALUES('desktop-icons',2,'features','{"domain":"papirus"}','58a4cd004c2db6e183ae8764d2b1d4ff8fc837579b06f28407e73c0a0141e824',NULL);
INSERT INTO "pipeline_instance" VALUES('desktop-icons',3,'zero-shot','{"target":"tango"}','c300dbc1a2a95749c1ddac0248d3d9882fb2b7ea5325be98ea4696cca364d272','Zero-shot CLIP');
INSERT INTO "pipeline_instance" VALUES('desktop-icons',4,'prompts','{"domain":"oxygen","seed":1}','e2ad547eba4b7a4583723633ff29c542ba6e387ecf46b955e1db8110e669eae3',NULL);
INSERT INTO "pipeline_instance" VALUES('desktop-icons',5,'prompts','{"domain":"papirus","seed":1}','263f0cc794192078e384cd902ccb61119267c113a329441544c0aa59fd5beb80',NULL);
INSERT INTO "pipeline_instance" VALUES('desktop-icons',6,'generator','{"seed":1,"target":"tango"}','f5b97fb3a43ef4bfe00be209f89e2aab7ae14ada1fbe531a75a982af8adfa28a',NULL);
INSERT INTO "pipeline_instance" VALUES('desktop-icons',7,'spg','{"seed":1,"target":"tango"}','5b5783299118219d05f29efd386e0a2a516177a43a0b5686214a61c4125ae6ef','SPG');
INSERT INTO "pipeline_instance" VALUES('desktop-icons',8,'prompts','{"domain":"oxygen","seed":2}','33f5bbb7b53904cfb67109af8bc7fd396b81d2dd673ce82dffe278ddc8e3bfdf',NULL);
INSERT INTO "pipeline_instance" VALUES('desktop-icons',9,'prompts','{"domain":"papirus","seed":2}','fb8f80b5e093785caccb73cd70462ce692ffd372f09713a989d00d31a643c43d',NULL);
INSERT INTO "pipeline_instance" VALUES('desktop-icons',10,'generator','{"seed":2,"target":"tango"}','b513a08f9a1f2d7bf84c9c30478110696be0336d9b795ca784214b1f0ad8dac7',NULL);
INSERT INTO "pipeline_instance" VALUES('desktop-icons',11,'spg','{"seed":2,"target":"tango"}','580101254596e426e386f69dc562df1ff83a0d3f5df75c8d0cded3d8173f254e','SPG');
CREATE TABLE prediction (
    evaluation_id INTEGER NOT NULL REFERENCES evaluation (artifact_id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    predicted INTEGER NOT NULL,
    probability REAL NOT NULL,
    PRIMARY KEY (evaluation_id, position)
) STRICT, WITHOUT ROWID;
INSERT INTO "prediction" VALUES(7,0,0,0.125);
INSERT INTO "prediction" VALUES(7,1,0,0.25);
INSERT INTO "prediction" VALUES(7,2,1,0.375);
INSERT INTO "prediction" VALUES(7,3,1,0.5);
INSERT INTO "prediction" VALUES(7,4,2,0.625);
INSERT INTO "prediction" VALUES(7,5,0,0.75);
INSERT INTO "prediction" VALUES(11,0,0,0.125);
INSERT INTO "prediction" VALUES(11,1,0,0.25);
INSERT INTO "prediction" VALUES(11,2,1,0.375);
INSERT INTO "prediction" VALUES(11,3,1,0.5);
INSERT INTO "prediction" VALUES(11,4,2,0.625);
INSERT INTO "prediction" VALUES(11,5,0,0.75);
CREATE TABLE "prompt" (
    artifact_id INTEGER PRIMARY KEY REFERENCES artifact (id) ON DELETE CASCADE,
    method TEXT NOT NULL,
    domain TEXT NOT NULL,
    seed INTEGER,
    context_length INTEGER NOT NULL CHECK (context_length > 0),
    width INTEGER NOT NULL CHECK (width > 0),
    vectors BLOB NOT NULL CHECK (length(vectors) = 4 * context_length * width),
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    validation_accuracy REAL
) STRICT;
INSERT INTO "prompt" VALUES(8,'coop','oxygen',1,2,3,X'0000803F0000004000004040000080400000A0400000803F',X'E2268300A47D186ADCE5B5C6CE68DF8833416E292DC5E0C536B57C26BAD72699',0.75);
INSERT INTO "prompt" VALUES(9,'coop','papirus',1,2,3,X'0000803F0000004000004040000080400000A0400000803F',X'E2268300A47D186ADCE5B5C6CE68DF8833416E292DC5E0C536B57C26BAD72699',0.75);
INSERT INTO "prompt" VALUES(12,'coop','oxygen',2,2,3,X'0000803F0000004000004040000080400000A04000000040',X'551D84F8744430C55713C0D34FC63A606988A89F2EFDF303F93A504B495FB1BE',0.75);
INSERT INTO "prompt" VALUES(13,'coop','papirus',2,2,3,X'0000803F0000004000004040000080400000A04000000040',X'551D84F8744430C55713C0D34FC63A606988A89F2EFDF303F93A504B495FB1BE',0.75);
CREATE TABLE "tensor" (
    id INTEGER PRIMARY KEY,
    artifact_id INTEGER NOT NULL REFERENCES artifact (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    shape TEXT NOT NULL CHECK (json_valid(shape)),
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    vector BLOB NOT NULL,
    UNIQUE (artifact_id, name)
) STRICT;
INSERT INTO "tensor" VALUES(1,10,'empty','[0,3]',X'E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855',X'');
INSERT INTO "tensor" VALUES(2,10,'g.bias','[2]',X'39BF60504D0E70EA32463F19CDD3829EF54BF914D346FA040146D5272436B39E',X'0000A0400000C040');
INSERT INTO "tensor" VALUES(3,10,'g.weight','[2,2]',X'AD73B9ACD6E4A74B2F5BB5386658CE3BB146CD040A1867646AB3B973FB6632B1',X'0000803F000000400000404000008040');
INSERT INTO "tensor" VALUES(4,14,'empty','[0,3]',X'E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855',X'');
INSERT INTO "tensor" VALUES(5,14,'g.bias','[2]',X'39BF60504D0E70EA32463F19CDD3829EF54BF914D346FA040146D5272436B39E',X'0000A0400000C040');
INSERT INTO "tensor" VALUES(6,14,'g.weight','[2,2]',X'AD73B9ACD6E4A74B2F5BB5386658CE3BB146CD040A1867646AB3B973FB6632B1',X'0000803F000000400000404000008040');
CREATE INDEX artifact_input_by_input ON artifact_input (input_id);
CREATE INDEX manifest_image_by_image ON manifest_image (image_id);
CREATE INDEX pipeline_instance_by_key ON pipeline_instance (key);
CREATE INDEX embedding_by_image ON embedding (image_id);
CREATE VIEW artifacts AS
    SELECT key, kind, created, seconds, bytes, parameters FROM artifact;
CREATE VIEW artifact_inputs AS
    SELECT artifact.key, artifact_input.role, input.key AS input_key, input.kind AS input_kind
    FROM artifact_input
    JOIN artifact ON artifact.id = artifact_input.artifact_id
    JOIN artifact AS input ON input.id = artifact_input.input_id;
CREATE VIEW lineage AS
    WITH RECURSIVE step (artifact_id, depth, role, input_id) AS (
        SELECT artifact_id, 1, role, input_id FROM artifact_input
        UNION
        SELECT step.artifact_id, step.depth + 1, artifact_input.role, artifact_input.input_id
        FROM step JOIN artifact_input ON artifact_input.artifact_id = step.input_id
    )
    SELECT artifact.key, step.depth, step.role, input.key AS input_key, input.kind AS input_kind,
           input.parameters AS input_parameters
    FROM step
    JOIN artifact ON artifact.id = step.artifact_id
    JOIN artifact AS input ON input.id = step.input_id;
CREATE VIEW metrics AS
    SELECT artifact.key, metric.epoch, metric.name, metric.value
    FROM metric JOIN artifact ON artifact.id = metric.artifact_id;
CREATE VIEW images AS
    SELECT artifact.key AS manifest_key, manifest.dataset, manifest.domain, manifest_class.name AS label,
           manifest_image.path AS image_path, lower(hex(image.sha256)) AS image_sha256
    FROM manifest
    JOIN artifact ON artifact.id = manifest.artifact_id
    JOIN manifest_image ON manifest_image.manifest_id = manifest.artifact_id
    JOIN manifest_class ON manifest_class.manifest_id = manifest_image.manifest_id
        AND manifest_class.label = manifest_image.label
    JOIN image ON image.id = manifest_image.image_id;
CREATE VIEW encoders AS
    SELECT name || '@' || substr(key, 1, 12) AS encoder, key, name, dimension, parameters FROM encoder;
CREATE VIEW latest_manifest AS
    SELECT artifact_id, dataset, domain FROM (
        SELECT artifact_id, dataset, domain,
               row_number() OVER (PARTITION BY dataset, domain ORDER BY recorded DESC) AS age
        FROM manifest WHERE artifact_id IN (SELECT manifest_id FROM embedding_set)
    ) WHERE age = 1;
CREATE VIEW embeddings AS
    SELECT manifest_image.path AS image_path, lower(hex(image.sha256)) AS image_sha256, complete.domain,
           manifest_class.name AS label, encoder.name || '@' || substr(encoder.key, 1, 12) AS encoder,
           image_view.name AS view, encoder.dimension, embedding.vector
    FROM (
        SELECT DISTINCT latest_manifest.artifact_id AS manifest_id, latest_manifest.domain,
                        embedding_set.encoder_id, embedding_set_view.view_id
        FROM latest_manifest
        JOIN embedding_set ON embedding_set.manifest_id = latest_manifest.artifact_id
        JOIN embedding_set_view ON embedding_set_view.embedding_set_id = embedding_set.artifact_id
    ) AS complete
    JOIN encoder ON encoder.id = complete.encoder_id
    JOIN image_view ON image_view.id = complete.view_id
    JOIN manifest_image ON manifest_image.manifest_id = complete.manifest_id
    JOIN image ON image.id = manifest_image.image_id
    JOIN manifest_class ON manifest_class.manifest_id = manifest_image.manifest_id
        AND manifest_class.label = manifest_image.label
    JOIN embedding ON embedding.encoder_id = complete.encoder_id
        AND embedding.view_id = complete.view_id AND embedding.image_id = manifest_image.image_id;
CREATE VIEW prompts AS
    SELECT artifact.key, prompt.method, prompt.domain, prompt.seed, prompt.context_length, prompt.width,
           prompt.vectors, prompt.validation_accuracy
    FROM prompt JOIN artifact ON artifact.id = prompt.artifact_id;
CREATE VIEW generators AS
    SELECT artifact.key, generator.method, generator.domain, generator.seed, generator.validation_accuracy
    FROM generator JOIN artifact ON artifact.id = generator.artifact_id;
CREATE VIEW tensors AS
    SELECT artifact.key, tensor.name, tensor.shape, tensor.vector
    FROM tensor JOIN artifact ON artifact.id = tensor.artifact_id;
CREATE VIEW predictions AS
    SELECT artifact.key AS evaluation_key, manifest_image.path AS image_path, truth.name AS label,
           predicted.name AS predicted, prediction.probability
    FROM evaluation
    JOIN artifact ON artifact.id = evaluation.artifact_id
    JOIN prediction ON prediction.evaluation_id = evaluation.artifact_id
    JOIN manifest_image ON manifest_image.manifest_id = evaluation.manifest_id
        AND manifest_image.position = prediction.position
    JOIN manifest_class AS truth ON truth.manifest_id = evaluation.manifest_id
        AND truth.label = manifest_image.label
    JOIN manifest_class AS predicted ON predicted.manifest_id = evaluation.manifest_id
        AND predicted.label = prediction.predicted;
CREATE VIEW class_accuracies AS
    SELECT evaluation_key, label, count(*) AS images, sum(predicted = label) AS correct,
           avg(predicted = label) AS accuracy
    FROM predictions GROUP BY evaluation_key, label;
CREATE VIEW results AS
    SELECT pipeline_instance.pipeline,
           coalesce(pipeline_instance.title, pipeline_instance.stage, evaluation.method) AS method,
           manifest.domain AS target, coalesce(pipeline_instance.cell ->> '$.seed', evaluation.seed) AS seed,
           evaluation.accuracy, evaluation.images, artifact.key AS evaluation_key
    FROM evaluation
    JOIN artifact ON artifact.id = evaluation.artifact_id
    JOIN manifest ON manifest.artifact_id = evaluation.manifest_id
    LEFT JOIN pipeline_instance ON pipeline_instance.key = artifact.key;
CREATE VIEW pipelines AS
    SELECT pipeline_instance.pipeline, pipeline_instance.stage, pipeline_instance.cell, pipeline_instance.key,
           CASE WHEN artifact.key IS NOT NULL THEN 'done' WHEN failure.key IS NOT NULL THEN 'failed'
                WHEN checkpoint.key IS NOT NULL THEN 'interrupted' ELSE 'missing' END AS state,
           artifact.seconds, failure.message
    FROM pipeline_instance
    LEFT JOIN artifact ON artifact.key = pipeline_instance.key
    LEFT JOIN failure ON failure.key = pipeline_instance.key
    LEFT JOIN checkpoint ON checkpoint.key = pipeline_instance.key;
CREATE VIEW names AS
    SELECT domain AS name, artifact.key, artifact.kind
        FROM latest_manifest JOIN artifact ON artifact.id = latest_manifest.artifact_id
    UNION SELECT dataset || '/' || domain, artifact.key, artifact.kind
        FROM latest_manifest JOIN artifact ON artifact.id = latest_manifest.artifact_id
    UNION SELECT domain, artifact.key, artifact.kind
        FROM latest_manifest
        JOIN embedding_set ON embedding_set.manifest_id = latest_manifest.artifact_id
        JOIN artifact ON artifact.id = embedding_set.artifact_id
    UNION SELECT dataset || '/' || domain, artifact.key, artifact.kind
        FROM latest_manifest
        JOIN embedding_set ON embedding_set.manifest_id = latest_manifest.artifact_id
        JOIN artifact ON artifact.id = embedding_set.artifact_id
    UNION SELECT domain, key, 'prompt' FROM prompts
    UNION SELECT method || '/' || domain, key, 'prompt' FROM prompts
    UNION SELECT method || '/' || domain || '/' || seed, key, 'prompt' FROM prompts WHERE seed IS NOT NULL
    UNION SELECT method || '/' || domain, key, 'generator' FROM generators
    UNION SELECT method || '/' || domain || '/' || seed, key, 'generator' FROM generators WHERE seed IS NOT NULL
    UNION SELECT pipeline || '/' || stage || coalesce(
            (SELECT group_concat('/' || axis.key || '=' || axis.value, '') FROM json_each(cell) AS axis), ''),
            artifact.key, artifact.kind
        FROM pipeline_instance JOIN artifact ON artifact.key = pipeline_instance.key;
CREATE VIEW attempts AS
    SELECT key, started, threads, seconds, processor_seconds, peak_bytes, log FROM attempt;
CREATE VIEW versions AS
    SELECT pipeline, stage, cell, version, key FROM pipeline_history;
COMMIT;
PRAGMA application_id = 1397770081;
PRAGMA user_version = 3;
